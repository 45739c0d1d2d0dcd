import type { Layer, Node, Parameter, Recurrent, RecurrentSequence, Reshape } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { takesFrom } from '../network/taken.js';
import { NotSimulated } from './draw.js';
import { multiplyInto, type Numbers, timesTransposed } from './matrix.js';
import type { Operate, Result, World } from './operation.js';
import { type CellSteps, gateCount, gruSteps, lstmSteps, plainSteps } from './recurrent-steps.js';
import type { Tensor } from './tensor.js';

/** Runs a recurrent layer step by step from a state of 0, and backwards through all steps. */
export const operateRecurrent: Operate<'recurrent'> = (node, [input, ...states], world) => {
  const { sequence } = node;
  const [depth, hidden] = sequence ? [numberOf(sequence.depth), sequence.hidden] : [null, null];
  if (!sequence || sequence.projected || depth === null) throw new NotSimulated(`${node.name} is not simulated here.`);
  if (states.some(({ data }) => data.some((x) => x !== 0)))
    throw new NotSimulated('Recurrent layers that start from another state than 0 are not simulated.');
  if (input!.shape.length !== 3) throw new NotSimulated('A recurrent layer reads something else than a batch of sequences.');
  const [first, second, features] = input!.shape as [number, number, number];
  const [batch, steps] = sequence.batchFirst ? [first, second] : [second, first];
  const size = world.channels(hidden);
  const directions = sequence.bidirectional ? 2 : 1;
  const order = { batch, steps, batchFirst: sequence.batchFirst };
  let values = timeMajor(input!.data, order, features);
  let width = features;
  const passes: ((gradient: Float64Array) => Float64Array)[] = [];
  for (let level = 0; level < depth; level++) {
    const layer = { node, sequence, level, size, batch, steps, world };
    const [below, inputs] = [values, width];
    const runs = Array.from({ length: directions }, (_, direction) => runDirection(layer, direction, below, inputs));
    values = sideBySide(
      runs.map(({ output }) => output),
      size,
    );
    width = directions * size;
    passes.push((gradient) => sum(runs.map(({ backward }, i) => backward(partOf(gradient, i, directions, size)))));
    const rate = level < depth - 1 && world.training ? world.size(sequence.dropout) : 0;
    if (rate > 0) {
      const mask = values.map(() => (world.random.uniform() < rate ? 0 : 1 / (1 - rate)));
      values = values.map((x, i) => x * mask[i]!);
      passes.push((gradient) => gradient.map((g, i) => g * mask[i]!));
    }
  }
  return {
    output: { shape: [first, second, width], data: inOrder(values, order, width) },
    backward: (gradient) => [
      inOrder(
        passes.reduceRight((above, pass) => pass(above), timeMajor(gradient, order, width)),
        order,
        features,
      ),
      ...states.map(() => null),
    ],
  };
};

/** What the units of the last layer are left with: those of the others do not stand in the output. */
export const operateState = (node: Node & Reshape, input: Tensor, world: World): Result => {
  const from = world.nodes[node.inputs[0]!]!;
  const sequence = from.kind === 'recurrent' ? from.sequence : null;
  const depth = numberOf(sequence?.depth);
  if (!sequence || depth === null || node.state !== 'hidden') throw new NotSimulated('The state of cells is not simulated.');
  const directions = sequence.bidirectional ? 2 : 1;
  const readers = world.nodes.filter(({ inputs }) => inputs.includes(node.id));
  if (depth > 1 && !readers.every((reader) => takesFrom(reader, (depth - 1) * directions)))
    throw new NotSimulated('States of several layers are not simulated.');
  const [first, second, width] = input.shape as [number, number, number];
  const [batch, steps] = sequence.batchFirst ? [first, second] : [second, first];
  const size = width / directions;
  const shape = [depth * directions, batch, size];
  const places: [to: number, from: number][] = [];
  for (let direction = 0; direction < directions; direction++)
    for (let b = 0; b < batch; b++) {
      const t = direction === 0 ? steps - 1 : 0;
      const row = sequence.batchFirst ? b * steps + t : t * batch + b;
      const to = (((depth - 1) * directions + direction) * batch + b) * size;
      for (let u = 0; u < size; u++) places.push([to + u, row * width + direction * size + u]);
    }
  const data = new Float64Array(depth * directions * batch * size);
  for (const [to, at] of places) data[to] = input.data[at]!;
  return {
    output: { shape, data },
    backward: (gradient) => {
      const below = new Float64Array(input.data.length);
      for (const [to, at] of places) below[at] = gradient[to]!;
      return [below];
    },
  };
};

interface Order {
  readonly batch: number;
  readonly steps: number;
  readonly batchFirst: boolean;
}

/** All samples of a step together, step after step. */
const timeMajor = (data: Float64Array, { batch, steps, batchFirst }: Order, width: number): Float64Array =>
  batchFirst ? exchanged(data, batch, steps, width) : data;

const inOrder = (data: Float64Array, { batch, steps, batchFirst }: Order, width: number): Float64Array =>
  batchFirst ? exchanged(data, steps, batch, width) : data;

function exchanged(data: Float64Array, rows: number, columns: number, width: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      result.set(data.subarray((i * columns + j) * width, (i * columns + j + 1) * width), (j * rows + i) * width);
  return result;
}

/** Steps from the last to the first. */
function mirrored(data: Float64Array, steps: number): Float64Array {
  const result = new Float64Array(data.length);
  const size = data.length / steps;
  for (let t = 0; t < steps; t++) result.set(data.subarray(t * size, (t + 1) * size), (steps - 1 - t) * size);
  return result;
}

function sideBySide(parts: readonly Float64Array[], width: number): Float64Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Float64Array(parts.length * parts[0]!.length);
  parts.forEach((part, i) => {
    for (let row = 0; row * width < part.length; row++)
      result.set(part.subarray(row * width, (row + 1) * width), (row * parts.length + i) * width);
  });
  return result;
}

function partOf(data: Float64Array, index: number, count: number, width: number): Float64Array {
  if (count === 1) return data;
  const result = new Float64Array(data.length / count);
  for (let row = 0; row * width < result.length; row++)
    result.set(data.subarray((row * count + index) * width, (row * count + index + 1) * width), row * width);
  return result;
}

const sum = (parts: readonly Float64Array[]): Float64Array => parts.reduce((total, part) => total.map((x, i) => x + part[i]!));

interface Level {
  readonly node: Recurrent;
  readonly sequence: RecurrentSequence;
  readonly level: number;
  readonly size: number;
  readonly batch: number;
  readonly steps: number;
  readonly world: World;
}

function runDirection(
  { node, sequence, level, size, batch, steps, world }: Level,
  direction: number,
  input: Float64Array,
  width: number,
) {
  const suffix = `l${level}${direction === 1 ? '_reverse' : ''}`;
  const rows = gateCount[node.cell] * size;
  const onInput = weightOf(node.layer, `weight_ih_${suffix}`, [rows, width], world);
  const onState = weightOf(node.layer, `weight_hh_${suffix}`, [rows, size], world);
  const [first, second] = ['bias_ih', 'bias_hh'].map((name) => biasOf(node.layer, `${name}_${suffix}`, rows, world)) as [
    Numbers,
    Numbers,
  ];
  world.spend(4 * batch * steps * rows * (width + size));
  const read = direction === 1 ? mirrored(input, steps) : input;
  const fromInput = timesTransposed(read, onInput, batch * steps, width, rows);
  addRows(fromInput, first);
  const cell = stepsOf(node.cell, sequence.activation, batch, size);
  const states = new Float64Array(steps * batch * size);
  const block = batch * size;
  for (let t = 0; t < steps; t++) {
    const before = t === 0 ? new Float64Array(block) : states.subarray((t - 1) * block, t * block);
    const fromState = timesTransposed(before, onState, batch, size, rows);
    addRows(fromState, second);
    states.set(cell.forward(fromInput.subarray(t * batch * rows, (t + 1) * batch * rows), fromState, before), t * block);
  }
  return {
    output: direction === 1 ? mirrored(states, steps) : states,
    backward: (gradient: Float64Array): Float64Array => {
      const above = direction === 1 ? mirrored(gradient, steps) : gradient;
      const gates = new Float64Array(batch * steps * rows);
      let handed: Float64Array = new Float64Array(block);
      cell.rewind();
      for (let t = steps - 1; t >= 0; t--) {
        const state = above.subarray(t * block, (t + 1) * block).map((g, i) => g + handed[i]!);
        const { input: atInput, state: atState, direct } = cell.backward(t, state);
        gates.set(atInput, t * batch * rows);
        multiplyInto(direct, 0, atState, 0, onState, 0, [batch, rows, size]);
        handed = direct;
      }
      const below = new Float64Array(batch * steps * width);
      multiplyInto(below, 0, gates, 0, onInput, 0, [batch * steps, rows, width]);
      return direction === 1 ? mirrored(below, steps) : below;
    },
  };
}

function stepsOf(cell: Recurrent['cell'], activation: string, batch: number, size: number): CellSteps {
  if (cell === 'lstm') return lstmSteps(batch, size);
  if (cell === 'gru') return gruSteps(batch, size);
  if (activation !== 'tanh' && activation !== 'relu')
    throw new NotSimulated(`Recurrent layers with ${activation} are not simulated.`);
  return plainSteps(activation);
}

function addRows(values: Float64Array, bias: Numbers): void {
  for (let i = 0; i < values.length; i++) values[i]! += bias[i % bias.length]!;
}

function tensorOf({ weight, bias, others }: Layer, name: string): Parameter | null {
  return [weight, bias, ...others].find((one) => one?.name === name) ?? null;
}

/** At other widths the variance changes so that what is summed keeps its size. */
function weightOf(layer: Layer, name: string, shape: readonly [number, number], world: World): Float32Array {
  const parameter = tensorOf(layer, name);
  if (!parameter || parameter.touched) throw new NotSimulated(`What ${name} starts with is not known.`);
  const summands = world.size(parameter.shape?.[1]);
  const variance = (world.weights.variance(parameter) * summands) / shape[1];
  return world.weights.of(parameter, { shape, variance });
}

/** With what was written into the rows of single gates. */
function biasOf(layer: Layer, name: string, rows: number, world: World): Numbers {
  const parameter = tensorOf(layer, name);
  if (!parameter) return new Float32Array(rows);
  if (parameter.touched && !parameter.parts) throw new NotSimulated(`What ${name} starts with is not known.`);
  const values = world.weights.of(parameter, { shape: [rows], variance: world.weights.variance(parameter) }).slice();
  const share = rows / world.size(parameter.shape?.[0]);
  for (const { from, to, write, after } of parameter.parts ?? []) {
    if (after < parameter.writes.length) continue;
    const mean = numberOf(write.mean);
    if (mean === null || numberOf(write.variance) !== 0) throw new NotSimulated(`What ${name} starts with is not known.`);
    values.fill(mean, Math.round(from * share), Math.round(to * share));
  }
  return values;
}
