import type { Field } from '../meanfield/recurrent-cell.js';
import { Gru } from '../meanfield/recurrent-gru.js';
import { Lstm } from '../meanfield/recurrent-lstm.js';
import { plainRecurrence } from '../meanfield/recurrent-plain.js';
import { RecurrentStack, type StackLayer } from '../meanfield/recurrent-stack.js';
import { TimeMatrix } from '../meanfield/time-matrix.js';
import type { Node, Recurrent, RecurrentSequence, Reshape } from '../network/graph.js';
import { multiply, numberOf } from '../network/quantity.js';
import { takesFrom } from '../network/taken.js';
import { positions } from './extent.js';
import { fieldsOf } from './recurrent-fields.js';
import { inPlainUnits, nearness, type Signal, silence } from './signal.js';
import { type Backward, type Context, type NodeState, stops, type Transfer, unknownAlikeness } from './transfer.js';

/**
 * All steps of a recurrent layer at once: covariances between steps forwards, those of gradients backwards. Beyond the steps that its units
 * remember, each is as the one before. Only steps are followed that something is left of: the rest of a long sequence is as its middle.
 */
export const recurrentTransfer: Transfer<'recurrent'> = (node, [input, ...states], context) => {
  const sequence = node.sequence ?? oneStep(node);
  const { hidden, bidirectional } = sequence;
  const channels = hidden === null ? null : multiply(hidden, bidirectional ? 2 : 1);
  if (!input?.signal) return { channels, ...stops(input?.reason ?? 'The layer has no input that the analysis could follow.') };
  if (input.restarted) return { channels, ...stops(unknownAlikeness) };
  if (followsAnother(node, context))
    context.assume(
      'Between recurrent layers that are modules of their own, gradients count as equally alike at all distances in time.',
    );
  const layers = layersOf(node, sequence, context);
  if (typeof layers === 'string') return { channels, ...stops(layers) };
  const known = positions(input.extent);
  const steps = node.sequence === null ? 1 : known > 1 ? known : null;
  const needed = Math.max(...layers.map((one) => one.steps));
  const starts = states.map((state, i) => startOf(state, node.inputs[i + 1]!, context));
  if (starts.includes('elsewhere')) {
    if (steps !== null && steps < needed)
      return { channels, ...stops('Its units start from a state that is not 0, which is not followed.') };
    context.assume(
      'Recurrent layers that start from a state which the model makes are followed as from 0: it is soon forgotten.',
    );
  }
  if (starts.includes('given')) context.assume('Recurrent layers start from a state of 0.');
  const followed = Math.min(steps ?? longest, longest, needed);
  const signal = inPlainUnits(input.signal);
  if (!(signal.q > 0 && Number.isFinite(signal.q))) return { channels, ...stops('The size of what enters is not known.') };
  const stack = new RecurrentStack(layers, bidirectional, {
    own: between(followed, signal, signal.q, signal.space),
    cross: between(followed, signal, signal.pair, signal.pairSpace),
  });
  const law = new Steps(stack, bidirectional, followed, steps);
  if (!law.settled() || (needed > longest && steps !== followed))
    return { channels, ...stops('The units change over more steps than are followed.') };
  const rates = stack.rates();
  const rate = rates.every((one) => one !== null) ? Math.max(...rates) : null;
  const ends = { ...law.ends(), channels: hidden, rate };
  // Where gradients grow from step to step, how many there are decides.
  const grows = rate !== null && rate > 0.95 && steps !== followed;
  return {
    channels,
    extent: input.extent,
    signal: law.signal(),
    ends,
    backward: [
      grows ? null : law.backward(readsEnds(node, context)),
      ...starts.map((start) => (start === 'elsewhere' ? null : silent)),
    ],
  };
};

/** A cell that is called once: a sequence of one step. */
const oneStep = ({ step }: Recurrent): RecurrentSequence => ({
  depth: 1,
  bidirectional: false,
  hidden: step?.hidden ?? null,
  activation: step?.activation ?? 'tanh',
  dropout: 0,
  batchFirst: true,
  projected: false,
});

const silent: Backward = { logFactor: Number.NEGATIVE_INFINITY, offset: 0, gain: 0 };

/** Steps that are followed at most. */
const longest = 96;

/** Whether units start from 0, from what whoever calls the model gives, or from something that the model makes. */
function startOf({ signal, origin }: NodeState, id: number, { nodes }: Context): 'zero' | 'given' | 'elsewhere' {
  if (signal?.q === 0) return 'zero';
  return nodes[origin]?.kind === 'input' || nodes[id]?.kind === 'input' ? 'given' : 'elsewhere';
}

/** Whether what it reads comes from another recurrent layer, at most normalized, dropped or bent on the way. */
function followsAnother(node: Node, { nodes }: Context): boolean {
  let before = nodes[node.inputs[0] ?? -1];
  while (before && passedThrough.has(before.kind)) before = nodes[before.inputs[0] ?? -1];
  return before?.kind === 'recurrent';
}

const passedThrough: ReadonlySet<Node['kind']> = new Set(['activation', 'dropout', 'normalization', 'reshape']);

type Layer = StackLayer & { readonly steps: number };

function layersOf(node: Node & Recurrent, sequence: RecurrentSequence, context: Context): readonly Layer[] | string {
  const { depth, dropout, bidirectional, activation, projected } = sequence;
  if (projected) return 'Recurrent layers with a projection are not followed yet.';
  const [count, rate] = [numberOf(depth), numberOf(dropout)];
  if (count === null || count < 1) return 'How many layers are on each other is not known.';
  if (count > 1 && rate === null && context.training) return 'The rate of dropout between the layers is not known.';
  const wide = () =>
    context.assume('Widths that are not known are taken as large: variances that shrink with the width count as 0.');
  const layers: Layer[] = [];
  for (let i = 0; i < count; i++) {
    const fields = fieldsOf(node, node.sequence ? `_l${i}` : '', wide);
    if (typeof fields === 'string') return fields;
    const reverse = bidirectional ? fieldsOf(node, `_l${i}_reverse`, wide) : fields;
    if (typeof reverse === 'string') return reverse;
    if (JSON.stringify(reverse) !== JSON.stringify(fields)) return 'Its two directions start differently, which is not followed.';
    const unit = unitOf(node, activation, fields);
    if (typeof unit === 'string') return unit;
    const keep = context.training && i < count - 1 ? 1 - (rate ?? 0) : 1;
    if (!(keep > 0)) return 'Dropout leaves nothing between its layers.';
    layers.push({ ...unit, keep });
  }
  return layers;
}

function unitOf({ cell }: Recurrent, activation: string, fields: readonly Field[]): Pick<Layer, 'unroll' | 'steps'> | string {
  const [a, b, c, d] = fields as [Field, Field, Field, Field];
  switch (cell) {
    case 'rnn':
      if (activation !== 'tanh' && activation !== 'relu') return `Recurrent layers with ${activation} are not followed.`;
      if (activation === 'relu' && a.center !== 0)
        return 'Biases of a rectified recurrence whose mean is not 0 are not followed.';
      return { steps: 48, unroll: (own, cross) => plainRecurrence(a, activation, { own, cross }) };
    case 'gru':
      return {
        steps: stepsOf(b.center),
        unroll: (own, cross) => new Gru({ reset: a, update: b, candidate: c }, { own, cross }),
      };
    case 'lstm':
      return {
        steps: stepsOf(b.center),
        unroll: (own, cross) => new Lstm({ input: a, forget: b, candidate: c, output: d }, { own, cross }),
      };
  }
}

/** Several times 1/(1 − f) for a gate that keeps f: what is left of a step after them is below a percent. */
const stepsOf = (center: number): number => Math.ceil(10 * (1 + Math.exp(center)));

/** What steps have in common fades with their distance as it does between neighbours. */
function between(steps: number, signal: Signal, own: number, far: number): TimeMatrix {
  const alike = nearness(signal);
  return new TimeMatrix(steps, (t, s) => far + (own - far) * (t === s ? 1 : alike ** Math.abs(t - s)));
}

/** Whether what is read of both directions is where each of them ends, and not one step of the output. */
const readsEnds = ({ id }: Node, { nodes, consumers }: Context): boolean =>
  consumers[id]!.some((reader) => {
    const node = nodes[reader]!;
    return node.kind === 'reshape' && node.state === 'hidden' && consumers[reader]!.length > 0;
  });

/** Numbers of a whole sequence from those of the steps that were followed. */
class Steps {
  /** A step far from where the units started. */
  private readonly middle: number;

  constructor(
    private readonly stack: RecurrentStack,
    private readonly bidirectional: boolean,
    private readonly followed: number,
    private readonly steps: number | null,
  ) {
    this.middle = bidirectional ? followed >> 1 : followed - 1;
  }

  signal(): Signal {
    const { own, cross } = this.stack;
    const m = this.middle;
    return {
      ...silence,
      q: this.alone(own),
      pair: this.alone(cross),
      space: this.apart(own),
      near: m > 0 ? own.at(m, m - 1) : own.at(m, m),
      pairSpace: this.apart(cross),
    };
  }

  /** Whether what lies beyond the steps that were followed is as the last of these. */
  settled(): boolean {
    if (this.steps === this.followed) return true;
    const { direction } = this.stack;
    const last = this.bidirectional ? this.middle : this.followed - 1;
    const before = last - (this.followed >> 3);
    return Math.abs(direction.at(last, last) / direction.at(before, before) - 1) < 0.02;
  }

  /** At the first and last step, where all that was followed is the whole sequence or its end. */
  ends(): { first: Signal; last: Signal; final: Signal } {
    const { own, cross, direction } = this.stack;
    const last = this.followed - 1;
    const at = (t: number): Signal => alone(own.at(t, t), cross.at(t, t));
    const correlation = own.at(last, last) > 0 ? cross.at(last, last) / own.at(last, last) : 0;
    const end = direction.at(last, last);
    return { first: at(0), last: at(last), final: alone(end, end * correlation) };
  }

  /** Mean over steps of what one has with itself. */
  private alone(matrix: TimeMatrix): number {
    const stationary = matrix.at(this.middle, this.middle);
    if (this.steps === null) return stationary;
    let sum = (this.steps - this.followed) * stationary;
    for (let t = 0; t < this.followed; t++) sum += matrix.at(t, t);
    return sum / this.steps;
  }

  /** Mean over pairs of different steps. */
  private apart(matrix: TimeMatrix): number {
    const { followed, steps, middle } = this;
    if (followed === 1) return matrix.at(0, 0);
    if (steps === followed) {
      let sum = 0;
      for (let t = 1; t < steps; t++) for (let s = 0; s < t; s++) sum += matrix.at(t, s);
      return (2 * sum) / (steps * (steps - 1));
    }
    const quarter = followed >> 2;
    const far = this.bidirectional ? matrix.at(followed - 1 - quarter, quarter) : matrix.at(middle, followed >> 1);
    if (steps === null) return far;
    let beyond = 0;
    for (let s = 0; s < followed; s++) if (s !== middle) beyond += (this.bidirectional ? 1 : 2) * (matrix.at(middle, s) - far);
    return far + beyond / (steps - 1);
  }

  /** Gradients at all steps, without and with something in common, and at the last step alone. */
  backward(ends: boolean): Backward {
    const { followed, stack } = this;
    const last = followed - 1;
    const independent = stack.backward(new TimeMatrix(followed, (t, s) => (t === s ? 1 : 0)));
    const common = stack.backward(new TimeMatrix(followed, () => 1));
    const single = stack.backward(new TimeMatrix(followed, (t, s) => (t === last && s === last ? 1 : 0)), ends);
    const [a, b] = [this.gradients(independent), this.gradients(common)];
    let [total, pairs] = [0, 0];
    for (let t = 0; t < followed; t++) {
      total += single.at(t, t);
      for (let s = 0; s < t; s++) pairs += 2 * single.at(t, s);
    }
    const chosen = { factor: total, common: this.steps === null || this.steps === 1 ? 0 : pairs / (this.steps - 1) };
    const factors = (coherence: number, share: number) => {
      const rho = Math.max(0, coherence);
      const [x, y, z] = [(1 - share) * (1 - rho), (1 - share) * rho, share];
      return { factor: x * a.factor + y * b.factor + z * chosen.factor, common: x * a.common + y * b.common + z * chosen.common };
    };
    return {
      logFactor: Math.log(a.factor),
      offset: 0,
      gain: 0,
      gathered: (coherence, share) => factors(coherence, share).factor / a.factor,
      mixed: (coherence, share) => {
        const { factor, common: pairwise } = factors(coherence, share);
        return factor > 0 ? pairwise / factor : 0;
      },
      tokens: () => ({ factor: 1, share: 0 }),
    };
  }

  /** Mean squared gradient of a step of the input, and mean product of two. */
  private gradients(matrix: TimeMatrix): { factor: number; common: number } {
    const m = this.followed >> 1;
    if (this.steps === this.followed) return { factor: this.alone(matrix), common: this.apart(matrix) };
    const stationary = matrix.at(m, m);
    const ends = this.followed >> 3;
    const far = matrix.at(ends, this.followed - 1 - ends);
    let [sum, beyond] = [0, 0];
    for (let t = 0; t < this.followed; t++) {
      sum += matrix.at(t, t) - stationary;
      if (t !== m) beyond += matrix.at(m, t) - far;
    }
    if (this.steps === null) return { factor: stationary, common: far };
    return { factor: stationary + sum / this.steps, common: far + beyond / (this.steps - 1) };
  }
}

const alone = (q: number, pair: number): Signal => ({ ...silence, q, pair });

/**
 * What a recurrent layer's units hold at the end, of all layers and directions: known where those of the last layer are read. It gets its
 * gradients at one step.
 */
export function finalState(node: Node & Reshape, { ends, reason }: NodeState, context: Context): Partial<NodeState> {
  if (!ends) return stops(reason ?? 'The state of the recurrent layer could not be followed.');
  if (context.consumers[node.id]!.length === 0 && node.state === 'cell') return { signal: null, reason: null, backward: [] };
  if (node.state === 'cell') return stops('The state of the cells of an LSTM layer is not followed.');
  const from = context.nodes[node.inputs[0]!]!;
  const count = from.kind !== 'recurrent' ? null : from.sequence ? numberOf(from.sequence.depth) : 1;
  const directions = from.kind === 'recurrent' && from.sequence?.bidirectional ? 2 : 1;
  if (
    count !== 1 &&
    !context.consumers[node.id]!.every((reader) => takesFrom(context.nodes[reader]!, ((count ?? 2) - 1) * directions))
  )
    return stops('States of several layers are read together, which is not followed.');
  return {
    signal: ends.final,
    channels: ends.channels,
    extent: [],
    backward: [{ logFactor: 0, offset: 0, gain: 0, tokens: () => ({ factor: 1, share: 1 }) }],
  };
}
