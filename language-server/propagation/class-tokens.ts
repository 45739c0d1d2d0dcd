import type { Node } from '../network/graph.js';
import type { Signal } from './signal.js';
import type { Backward, NodeState } from './transfer.js';

/** Tokens that stand beside those of a map, as a class token does. */
export interface ClassTokens {
  /** They may start much smaller than the others: a normalization of each token then makes their gradients larger. */
  readonly signal: Signal;
  /** Their part of all tokens. */
  readonly share: number;
  /** They stand behind the others, not before them. */
  readonly areLast?: true;
}

/** What acts on each token by itself, so that it acts on class tokens as on a map of them alone. */
const tokenwise: ReadonlySet<Node['kind']> = new Set([
  'activation',
  'add',
  'affine',
  'dropout',
  'mask',
  'multiply',
  'normalization',
  'reshape',
  'scale',
  'shift',
]);

/** Averages over tokens give class tokens what they give the others. */
const mixing: ReadonlySet<Node['kind']> = new Set(['attention', 'matmul', 'softmax']);

/**
 * Follows class tokens through a node, and says how gradients there change beside those of the others.
 *
 * @param alone the node's transfer, for inputs that hold class tokens alone
 */
export function withClassTokens(
  node: Node,
  state: NodeState,
  inputs: readonly NodeState[],
  alone: (inputs: readonly NodeState[]) => Partial<NodeState>,
): NodeState {
  const tokens = inputs.find((input) => input.tokens)?.tokens;
  if (!tokens || !state.signal) return state;
  if (mixing.has(node.kind)) return { ...state, tokens: { ...tokens, signal: state.signal } };
  if (!tokenwise.has(node.kind) || (node.kind === 'normalization' && overManyTokens.has(node.variant))) return state;
  const { signal, backward } = alone(inputs.map((input) => (input.tokens ? { ...input, signal: input.tokens.signal } : input)));
  if (!signal) return state;
  return {
    ...state,
    tokens: { ...tokens, signal },
    backward: state.backward.map((factor, i) => factor && withOwnFactor(factor, backward?.[i] ?? null, tokens.share)),
  };
}

const overManyTokens: ReadonlySet<string> = new Set(['batch', 'instance', 'group', 'local-response']);

/** What class tokens have of the squared gradient beyond their part of all tokens, or below it, as the rest is spread evenly. */
export const beyondEven = (share: number, even: number): number => (share - even) / (1 - even);

/** What lies on class tokens, and their part of what lies on all tokens alike. */
export function shareOfPart(even: number, isMap: boolean) {
  return (share: number) => ({ factor: (isMap ? 0 : share) + (1 - share) * even, share: 0 });
}

function withOwnFactor(factor: Backward, own: Backward | null, even: number): Backward {
  const ratio = own ? Math.exp(own.logFactor - factor.logFactor) : 1;
  if (factor.tokens || ratio === 1 || !Number.isFinite(ratio)) return factor;
  return {
    ...factor,
    tokens: (beyond) => {
      const [before, grown] = [beyond + (1 - beyond) * even, ratio - 1];
      const total = 1 + before * grown;
      return { factor: total, share: beyondEven((before * ratio) / total, even) };
    },
  };
}
