import type { Field } from '../meanfield/recurrent-cell.js';
import type { Distribution } from '../network/distribution.js';
import type { Layer, Parameter, Recurrent } from '../network/graph.js';
import { multiply, numberOf } from '../network/quantity.js';

const gates: Readonly<Record<Recurrent['cell'], number>> = { rnn: 1, gru: 3, lstm: 4 };

/** What enters each gate of one layer and direction of a stack, in the order of its weights' rows; a string says why it is not known. */
export function fieldsOf({ cell, layer }: Recurrent, suffix: string, wide: () => void): readonly Field[] | string {
  const fields: Field[] = [];
  for (let gate = 0; gate < gates[cell]; gate++) {
    const field = fieldOf(layer, suffix, { gate, gates: gates[cell] }, wide);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  return fields;
}

interface Block {
  readonly gate: number;
  readonly gates: number;
}

function fieldOf(layer: Layer, suffix: string, block: Block, wide: () => void): Field | string {
  const named = (name: string) => tensorsOf(layer).find((one) => one.name === `${name}${suffix}`) ?? null;
  const [onInput, onState] = [named('weight_ih'), named('weight_hh')];
  if (!onInput || !onState) return `The weights of ${layer.path || 'this layer'} are not known.`;
  const input = gainOf(onInput, block);
  const recurrent = gainOf(onState, block);
  if (typeof input === 'string') return input;
  if (typeof recurrent === 'string') return recurrent;
  const biases: { mean: number; variance: number }[] = [];
  for (const name of ['bias_ih', 'bias_hh']) {
    const tensor = named(name);
    const bias = tensor ? biasOf(tensor, block, wide) : { mean: 0, variance: 0 };
    if (typeof bias === 'string') return bias;
    biases.push(bias);
  }
  const [first, second] = biases as [{ mean: number; variance: number }, { mean: number; variance: number }];
  return {
    recurrent,
    input,
    center: first.mean + second.mean,
    bias: first.variance + second.variance,
    recurrentBias: second.variance,
    recurrentCenter: second.mean,
  };
}

function tensorsOf({ weight, bias, others }: Layer): Parameter[] {
  return [weight, bias, ...others].filter((one): one is Parameter => one !== null);
}

/** Summands times variance of the rows of a gate. */
function gainOf(parameter: Parameter, block: Block): number | string {
  const write = writeOf(parameter, block);
  if (typeof write === 'string') return write;
  if (numberOf(write.mean) !== 0 || write.family === 'identity' || write.family === 'dirac')
    return `What ${parameter.name} of a recurrent layer does is known only for weights that are drawn with mean 0.`;
  const summands = parameter.shape?.at(-1) ?? null;
  const gain = summands === null || write.variance === null ? null : numberOf(multiply(summands, write.variance));
  if (gain !== null) return gain;
  return write.variance === null
    ? `The variance of ${parameter.name} is not known.`
    : `What ${parameter.name} makes of its input depends on sizes that are not known.`;
}

function biasOf(parameter: Parameter, block: Block, wide: () => void): { mean: number; variance: number } | string {
  const write = writeOf(parameter, block);
  if (typeof write === 'string') return write;
  const mean = numberOf(write.mean);
  if (mean === null || write.variance === null) return `What ${parameter.name} starts with is not known.`;
  const variance = numberOf(write.variance);
  if (variance === null) wide();
  return { mean, variance: variance ?? 0 };
}

/** The write that rules in the rows of a gate. */
function writeOf({ name, shape, writes, touched, parts }: Parameter, { gate, gates: count }: Block): Distribution | string {
  const unknown = `What ${name} starts with is not known.`;
  let write = writes.at(-1);
  const rows = shape?.[0] ?? null;
  if (!write || (touched && !parts) || rows === null) return unknown;
  const size = numberOf(rows);
  for (const part of parts ?? []) {
    if (part.after < writes.length) continue;
    if (size === null) return unknown;
    const [from, to] = [(size * gate) / count, (size * (gate + 1)) / count];
    if (part.to <= from || part.from >= to) continue;
    if (part.from > from || part.to < to) return unknown;
    write = part.write;
  }
  return write.family === 'unknown' || write.family === 'undefined' ? unknown : write;
}
