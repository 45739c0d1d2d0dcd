import type { Network } from '../network/graph.js';
import { multiply } from '../network/quantity.js';
import { ratioOf } from './affine-transfer.js';
import { positions } from './extent.js';
import { flat, mixed, type Profile } from './profile.js';
import type { NodeState } from './transfer.js';

/** Gradient of f = Σ output · N(0, 1) with respect to a node's output. */
export interface Gradient {
  /** ln of the mean square norm over all entries, relative to that at the network's output; −∞ where none arrives, `null`: not known. */
  readonly logNorm: number | null;
  /** Correlation of the gradients at two positions of one feature map. */
  readonly coherence: number;
  /** Its spread over the positions; `null`: even. */
  readonly profile: Profile | null;
}

const none: Gradient = { logNorm: Number.NEGATIVE_INFINITY, coherence: 0, profile: null };
const unknown: Gradient = { logNorm: null, coherence: 0, profile: null };

/**
 * Reverse sweep: each node passes the squared norm of its gradient to its inputs, times the factor of its transfer; where branches join
 * backwards, squares add, because the weights in between are independent. Norms over all entries do not see ratios of widths.
 * Schoenholz et al. 2017, arXiv:1611.01232, eq. 17 and section 5.
 */
export function backward(network: Network, states: readonly NodeState[]): Gradient[] {
  const gradients: Gradient[] = states.map(() => none);
  for (const id of network.outputs) gradients[id] = { logNorm: 0, coherence: 0, profile: null };
  for (let id = network.nodes.length - 1; id >= 0; id--) {
    const gradient = gradients[id]!;
    if (gradient.logNorm === Number.NEGATIVE_INFINITY) continue;
    network.nodes[id]!.inputs.forEach((input, i) => {
      gradients[input] = joined(gradients[input]!, passed(gradient, states, id, input, i));
    });
  }
  return gradients;
}

function passed(gradient: Gradient, states: readonly NodeState[], id: number, input: number, i: number): Gradient {
  const factor = states[id]!.backward[i];
  if (!factor || gradient.logNorm === null || Number.isNaN(factor.logFactor)) return unknown;
  const share = shareOf(states, id, input);
  if (share === null) return unknown;
  const coherence = Math.max(-1, Math.min(1, factor.offset + factor.gain * gradient.coherence));
  const spread = factor.spread?.(gradient.profile ?? flat(states[id]!.extent));
  const profile = spread ? spread.profile : states[id]!.extent.length === states[input]!.extent.length ? gradient.profile : null;
  return { logNorm: gradient.logNorm + factor.logFactor + Math.log(share * (spread?.share ?? 1)), coherence, profile };
}

/** A part of a concatenation gets its part of the norm; a tensor that is spread by broadcasting collects what its copies get. */
function shareOf(states: readonly NodeState[], id: number, input: number): number | null {
  const from = states[input]!;
  const to = states[id]!;
  if (!to.concatenated) return 1;
  return ratioOf(from.channels, to.channels);
}

function joined(a: Gradient, b: Gradient): Gradient {
  if (a.logNorm === null || b.logNorm === null) return unknown;
  const larger = Math.max(a.logNorm, b.logNorm);
  if (larger === Number.NEGATIVE_INFINITY) return none;
  const [first, second] = [Math.exp(a.logNorm - larger), Math.exp(b.logNorm - larger)];
  return {
    logNorm: larger + Math.log(first + second),
    coherence: (first * a.coherence + second * b.coherence) / (first + second),
    profile: second === 0 ? a.profile : first === 0 ? b.profile : mixed(a.profile, b.profile, second / (first + second)),
  };
}

/** ln of the mean square of one entry, relative to the network's output: norms divided by the numbers of entries. */
export function logPerEntry(gradient: Gradient, state: NodeState, output: NodeState | undefined): number | null {
  if (gradient.logNorm === null || !output) return null;
  if (state === output) return gradient.logNorm;
  const ratio = ratioOf(entries(output), entries(state));
  return ratio === null ? null : gradient.logNorm + Math.log(ratio);
}

const entries = ({ channels, extent }: NodeState) => (channels === null ? null : multiply(channels, positions(extent)));
