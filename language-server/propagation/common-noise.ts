import type { Affine, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { positions } from './extent.js';
import type { LinearForm, Term } from './linear-form.js';
import { inUnits, type Signal } from './signal.js';
import type { Signals } from './signal-noise.js';
import type { NodeState } from './transfer.js';
import { weightMoments } from './weight-moments.js';

/**
 * Fluctuation of the part that all positions of a feature map have in common: of ln of the mean square of a channel's average. Total lengths
 * average over positions and hardly fluctuate in a large map, but this part has one value a channel in each layer, as a dense layer has, and
 * it is all that global pooling leaves.
 *
 * @returns `undefined` where a tensor has one position, `null` where it is not known
 */
export function commonNoise(node: Node, own: LinearForm | null, signals: Signals): LinearForm | null | undefined {
  const { states, noises } = signals;
  const state = states[node.id]!;
  const channels = numberOf(state.channels);
  if (positions(state.extent) === 1) return undefined;
  if (channels === null || !own || !state.signal) return null;
  const inputs = node.inputs.map((id) => commonAt(id, signals));
  const [first] = inputs;
  const alone = 2 / channels / signals.samples;
  switch (node.kind) {
    case 'input':
      return noises.product([], alone);
    case 'affine':
      return first ? noises.product([[gainOf(node, state), first]], alone) : null;
    case 'activation':
      return first ? throughUnits(node, first, own, signals) : null;
    case 'normalization':
      return first && signals.forms[node.inputs[0]!]
        ? noises.product([
            [1, first],
            [-1, signals.forms[node.inputs[0]!]!],
          ])
        : null;
    case 'add':
    case 'concatenate':
      return joined(node, inputs, channels, signals);
    case 'multiply':
      return inputs.every((form) => form !== null) ? noises.product(inputs.map((form): Term => [1, form!])) : null;
    default:
      return first ?? null;
  }
}

/** Of a tensor with one position its common part is all of it. */
export const commonAt = (id: number, { forms, commons }: Signals): LinearForm | null =>
  commons[id] === undefined ? (forms[id] ?? null) : commons[id]!;

/** Mean square of a channel's average over positions, in units of the signal. */
export function commonSquare(signal: Signal, { extent }: Pick<NodeState, 'extent'>): number {
  const count = positions(extent);
  return Math.max(0, signal.q / count + (1 - 1 / count) * signal.space);
}

/** What is not the same bias for all inputs. */
function gainOf(node: Affine, state: NodeState): number {
  const { sigmaB2 } = weightMoments(node.layer);
  const common = commonSquare(inUnits(state.signal!, 0), state);
  return common > 0 ? 1 - Math.min(1, (sigmaB2 ?? 0) / common) : 1;
}

/** The average of φ follows that of h by K′, and its scale for the rest. */
function throughUnits(
  node: Node & { kind: 'activation' },
  common: LinearForm,
  own: LinearForm,
  signals: Signals,
): LinearForm | null {
  const { states, forms, noises } = signals;
  const [before, after] = [states[node.inputs[0]!]!, states[node.id]!];
  const backward = after.backward[0];
  const length = forms[node.inputs[0]!];
  if (!backward || !length) return null;
  const [entering, leaving] = [
    commonSquare(before.signal!, before),
    commonSquare(inUnits(after.signal!, before.signal!.logScale), after),
  ];
  const slope = leaving > 0 ? (Math.exp(backward.logFactor) * backward.gain * entering) / leaving : 1;
  const share = Math.max(0, Math.min(1, slope));
  // `own` is what the units make of the length of h, with their noise: that noise is all that is wanted of it here.
  return noises.product([
    [share, common],
    [1, own],
    [-share, length],
  ]);
}

function joined(node: Node, forms: readonly (LinearForm | null)[], channels: number, signals: Signals): LinearForm | null {
  const { states, noises, samples } = signals;
  const { logScale } = states[node.id]!.signal!;
  if (!forms.every((form) => form !== null)) return null;
  const squares = node.inputs.map((id, i) => {
    const factor = node.kind === 'add' ? (node.coefficients[i] ?? 1) ** 2 : (numberOf(states[id]!.channels) ?? 0) / channels;
    return factor * commonSquare(inUnits(states[id]!.signal!, logScale), states[id]!);
  });
  const total = squares.reduce((sum, square) => sum + square, 0);
  if (!(total > 0)) return null;
  const shares = squares.map((square) => square / total);
  const cross = node.kind === 'add' ? 2 * (1 - shares.reduce((sum, share) => sum + share * share, 0)) : 0;
  return noises.sum(
    forms.map((form, i): Term => [shares[i]!, form!]),
    cross / channels / samples,
  );
}
