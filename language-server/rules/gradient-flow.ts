import { showNumber } from '../format-number.js';
import { leastChange } from '../meanfield/phase.js';
import type { ModelReport, PropagationPoint } from '../protocol.js';
import { hasRecurrence } from './has-recurrence.js';
import { smallHead } from './small-head.js';

/** How squared gradients change between the output of the last and of the first weight layer, a small head left out. */
export interface GradientFlow {
  /** Σ ln χ: negative where gradients vanish towards the input. */
  readonly nats: number;
  /** Number of factors χ in the sum. */
  readonly factors: number;
  /** Geometric mean of the factors. */
  readonly chi1: number;
  /** The weight layers that carry a factor, in forward order. */
  readonly points: readonly PropagationPoint[];
}

/**
 * ln of ‖∂f/∂h¹‖² / ‖∂f/∂h^L‖² as the sum of the ln χ of the layers between.
 *
 * Norms over all units are compared, not gradients of single units, since the latter also follow the ratio of widths
 * (Schoenholz et al. 2017, arXiv:1611.01232, eq. 17), and not norms of weight gradients: without biases those are equal in all
 * layers of a homogeneous network although everything vanishes.
 *
 * @returns null where the graph branches or a factor is not known, so that a product would not be the network's
 */
export function gradientFlow(model: ModelReport): GradientFlow | null {
  if (!isChain(model)) return null;
  const head = smallHead(model);
  const points = model.propagation.filter((point) => point.chi !== null && point.chi > 0 && point.path !== head?.path);
  if (points.length === 0) return null;
  const sum = (of: (point: PropagationPoint) => number) => points.reduce((total, point) => total + of(point), 0);
  const nats = leastChange(
    sum(({ chi }) => Math.log(chi!)),
    sum(({ taken = 0 }) => taken),
  );
  return { nats, factors: points.length, chi1: Math.exp(nats / points.length), points: points.map(leastOf) };
}

/** A layer behind a mean over positions has a change that both norms and weights see. */
const leastOf = (point: PropagationPoint): PropagationPoint =>
  point.taken ? { ...point, chi: Math.exp(leastChange(Math.log(point.chi!), point.taken)) } : point;

/**
 * The same change where the graph branches, between the first and the last weights that all signals pass: squared norms of gradients add up
 * where branches join backwards.
 *
 * @returns null for chains, and where gradients could not be followed
 */
export function branchedNats(model: ModelReport): number | null {
  const { log10ActivationGradient, log10TakenByMeans = 0 } = model.summary;
  if (log10ActivationGradient === null || !(branches(model.graph) || isRecurrentChain(model))) return null;
  const head = smallHead(model);
  const scale = head && isPassedByAll(model, head.path) ? Math.log(head.weight!.sigmaW2!) : 0;
  return leastChange(log10ActivationGradient * Math.LN10 - scale, log10TakenByMeans * Math.LN10);
}

/** Of layers that run over steps no factor χ is known, but what gradients do over all of them. */
const isRecurrentChain = (model: ModelReport): boolean =>
  model.summary.depth > 1 && hasRecurrence(model) && isChain(model) && gradientFlow(model) === null;

/** The last node with weights, if nothing branches behind it: then it is the one that the change is measured from. */
function isPassedByAll({ graph: { nodes, edges } }: ModelReport, path: string): boolean {
  const node = nodes.findLast((one) => one.path === path);
  return node !== undefined && edges.every(([from, to]) => from >= node.id || to <= node.id);
}

/**
 * The largest |Σ ln χ| over any run of neighbouring layers: how far squared gradients swell or shrink on their way, also where that
 * cancels over the whole network.
 */
export function largestSwing({ points }: GradientFlow): number {
  let [sum, low, high] = [0, 0, 0];
  for (const { chi } of points) {
    sum += Math.log(chi!);
    low = Math.min(low, sum);
    high = Math.max(high, sum);
  }
  return high - low;
}

/** True where a signal is split or joined between input and output. */
export function branches({ edges }: ModelReport['graph']): boolean {
  const entered = new Set<number>();
  const left = new Set<number>();
  for (const [from, to] of edges) {
    if (entered.has(to) || left.has(from)) return true;
    entered.add(to);
    left.add(from);
  }
  return false;
}

/** Whether the χ₁ of the typical layer points where gradients go over the whole network, so that it may explain them. */
export function isTypical({ summary: { chi1 } }: ModelReport, { nats }: GradientFlow): boolean {
  if (chi1 === null) return false;
  const own = Math.log(chi1);
  return Math.abs(nats) < 0.5 ? Math.abs(own) < 0.3 : Math.sign(own) === Math.sign(nats);
}

/** `χ₁ = 0.5` of the typical layer, or `χ₁ = 0.621 on average` where that tells nothing of the whole. */
export function tellingChi(model: ModelReport, flow: GradientFlow): string {
  const { chi1 } = model.summary;
  return isTypical(model, flow) ? `χ₁ = ${showNumber(chi1)}` : `χ₁ = ${showNumber(flow.chi1)} on average`;
}

/** True where something in the graph could not be followed. */
export const stopsSomewhere = ({ graph }: ModelReport): boolean => graph.nodes.some(({ kind }) => kind === 'opaque');

/** True for a layer alone behind something that is not known, as a new head on a loaded network: it says nothing of the whole. */
export const isRemainder = (model: ModelReport): boolean => model.summary.depth <= 1 && stopsSomewhere(model);

function isChain(model: ModelReport): boolean {
  return model.graph.edges.length > 0 && !branches(model.graph) && !stopsSomewhere(model);
}
