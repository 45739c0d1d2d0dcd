import type { Network, Node } from '../network/graph.js';
import type { BlockStack } from '../protocol.js';
import type { Gradient } from './backward.js';
import type { Dominators } from './dominators.js';
import { logSecondMoment } from './signal.js';
import type { NodeState } from './transfer.js';

interface Block {
  readonly path: string;
  /** Path of its first weights, which tells blocks of one `forward` apart. */
  readonly weights: string;
  /** What it is made of: equal blocks stand in one stack. */
  readonly shape: string;
  /** ln of the factor on the squared gradient norm, from output to input. */
  readonly logChi: number;
  /** ln of the factor on the mean square of the signal, from input to output. */
  readonly logSignal: number | null;
}

/**
 * The units that a deep network repeats: residual blocks, from where a skip connection leaves to where it comes back, on the way that all
 * signals take. Neighbours made of the same operations are one stack, with the mean of their factors and the law that these follow
 * (Yang & Schoenholz 2017, arXiv:1712.08969): a block that adds the same share to the stream each time multiplies gradients exponentially, one
 * whose branch is normalized adds an ever smaller share, and gradients follow a power of depth.
 */
export function blockStacks(
  network: Network,
  states: readonly NodeState[],
  gradients: readonly Gradient[],
  dominators: Dominators,
): BlockStack[] {
  const output = network.outputs[0];
  if (output === undefined) return [];
  const runs: Block[][] = [];
  let end = -1;
  for (const id of dominators.chain(output)) {
    const node = network.nodes[id]!;
    const from = dominators.of(id);
    if (node.kind !== 'add' || from < 0 || !skips(network, node, from)) continue;
    const follows = joins(network, end, from);
    // What stands between two blocks belongs to the second one.
    const block = blockBetween(network, states, gradients, { from, start: follows ? end : from }, node);
    if (!block) continue;
    const last = runs.at(-1);
    if (follows && last) last.push(block);
    else runs.push([block]);
    end = id;
  }
  return runs.flatMap(repeated).map(summed);
}

/** What repeats in a run of blocks: single ones, or the pair of attention and feed-forward that makes a transformer layer. */
function repeated(run: readonly Block[]): Block[][] {
  const stacks: Block[][] = [];
  for (let at = 0; at < run.length; ) {
    const [single, pair] = [repeats(run, at, 1), repeats(run, at, 2)];
    const size = 2 * pair > single ? 2 : 1;
    const count = size === 2 ? pair : single;
    if (count > 1) stacks.push(Array.from({ length: count }, (_, i) => joined(run.slice(at + i * size, at + (i + 1) * size))));
    at += count * size;
  }
  return stacks;
}

/** How often the blocks from a place on repeat in groups of this size. */
function repeats(run: readonly Block[], at: number, size: number): number {
  let count = 1;
  const isEqual = (i: number) => run[at + i]!.shape === run[at + count * size + i]?.shape;
  if (at + size > run.length) return 1;
  while (Array.from({ length: size }, (_, i) => isEqual(i)).every(Boolean)) count++;
  return count > 1 || size === 1 ? count : 0;
}

function joined(blocks: readonly Block[]): Block {
  const [first, last] = [blocks[0]!, blocks.at(-1)!];
  const signals = blocks.flatMap(({ logSignal }) => logSignal ?? []);
  return {
    path: last.path,
    weights: first.weights,
    shape: '',
    logChi: total(blocks.map(({ logChi }) => logChi)),
    logSignal: signals.length === blocks.length ? total(signals) : null,
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** One of the summands is the stream itself, rearranged or scaled at most. */
function skips({ nodes }: Network, { inputs }: Node, from: number): boolean {
  return inputs.some((input) => {
    let at = input;
    while (at > from && unchanging.has(nodes[at]!.kind) && nodes[at]!.inputs.length === 1) at = nodes[at]!.inputs[0]!;
    return at === from;
  });
}

const unchanging: ReadonlySet<Node['kind']> = new Set(['reshape', 'scale', 'dropout']);

/** What may stand between two blocks of one stack: an activation or a normalization of the stream, and drop path. */
const between: ReadonlySet<Node['kind']> = new Set(['reshape', 'scale', 'dropout', 'activation', 'normalization']);

function joins({ nodes }: Network, end: number, from: number): boolean {
  let at = from;
  while (at > end && between.has(nodes[at]!.kind)) at = nodes[at]!.inputs[0]!;
  return at === end;
}

function blockBetween(
  { nodes }: Network,
  states: readonly NodeState[],
  gradients: readonly Gradient[],
  { from, start }: { from: number; start: number },
  { id, path }: Node,
): Block | null {
  const [above, below] = [gradients[id]!.logNorm, gradients[start]!.logNorm];
  if (above === null || below === null || !Number.isFinite(above) || !Number.isFinite(below)) return null;
  const [into, out] = [states[start]!.signal, states[id]!.signal];
  const logSignal = into && out ? logSecondMoment(out) - logSecondMoment(into) : Number.NaN;
  return {
    path,
    weights: nodes.slice(from + 1, id).find(({ kind }) => kind === 'affine')?.path ?? path,
    shape: nodes
      .slice(from + 1, id + 1)
      .map((node) => (node.kind === 'activation' ? node.activation : node.kind))
      .join(' '),
    logChi: below - above,
    logSignal: Number.isFinite(logSignal) ? logSignal : null,
  };
}

function summed(blocks: readonly Block[]): BlockStack {
  const mean = (values: readonly number[]) => total(values) / values.length;
  const signals = blocks.flatMap(({ logSignal }) => logSignal ?? []);
  const logChi = mean(blocks.map((block) => block.logChi));
  const [first, last] = [blocks[0]!, blocks.at(-1)!];
  const named = first.path !== last.path;
  return {
    first: named ? first.path : first.weights,
    last: named ? last.path : last.weights,
    count: blocks.length,
    chi: Math.exp(logChi),
    signal: signals.length === blocks.length ? Math.exp(mean(signals)) : null,
    law: lawOf(blocks),
    log10Gradient: (logChi * blocks.length) / Math.LN10,
  };
}

/** Below a factor of 2 over the whole stack nobody sees a law. Needs four blocks to tell one; `null`: neither. */
function lawOf(blocks: readonly Block[]): BlockStack['law'] {
  if (Math.abs(total(blocks.map(({ logChi }) => logChi))) < Math.LN2) return 'bounded';
  if (blocks.length < 4) return null;
  const half = Math.floor(blocks.length / 2);
  const part = (some: readonly Block[]) => total(some.map(({ logChi }) => logChi)) / some.length;
  const ratio = part(blocks.slice(-half)) / part(blocks.slice(0, half));
  if (ratio > 0.8 && ratio < 1.25) return 'exponential';
  return ratio > 0 && ratio <= 0.8 ? 'power' : null;
}
