import type { Node, Pooling } from '../network/graph.js';
import { equals, numberOf } from '../network/quantity.js';
import { NotSimulated } from './draw.js';
import type { Operate, Result, World } from './operation.js';
import { sizeOf, stridesOf, type Tensor, walk } from './tensor.js';
import { type Slide, type Windows, windows } from './window.js';

export const operatePooling: Operate<'pooling'> = (node, [input], world) => {
  if (node.variant.startsWith('global')) return global(node, input!, world);
  const extent = input!.shape.slice(2);
  if (node.variant.startsWith('adaptive')) return pooled(node, input!, adaptiveWindows(node, extent, world));
  if (extent.length !== node.kernel.length) throw new NotSimulated('A pooling meets a tensor without batch or channels.');
  const at = (sizes: Pooling['kernel'], i: number) => world.size(sizes[i] ?? sizes[0]);
  const slides = node.kernel.map((_, i): Slide => {
    const [kernel, padding] = [at(node.kernel, i), node.padding.length > 0 ? at(node.padding, i) : 0];
    return { kernel, padding: [padding, padding], dilation: 1, stride: node.stride.length > 0 ? at(node.stride, i) : kernel };
  });
  return pooled(node, input!, byOutput(windows(extent, slides), 'padding'));
};

/** The positions of each window, and by how many it divides. */
interface Pool {
  readonly members: readonly (readonly number[])[];
  readonly extent: readonly number[];
  readonly divisor: (window: readonly number[]) => number;
}

/** PyTorch counts padded zeros in averages. */
function byOutput({ index, taps, outputs, extent }: Windows, counting: 'padding'): Pool {
  const members = Array.from({ length: outputs }, (_, output) =>
    Array.from({ length: taps }, (_, tap) => index[tap * outputs + output]!).filter((at) => at >= 0),
  );
  return { members, extent, divisor: counting === 'padding' ? () => taps : (window) => window.length };
}

/** Window i covers [⌊i·n/m⌋, ⌈(i + 1)·n/m⌉), as PyTorch has it. */
function adaptiveWindows(node: Pooling, extent: readonly number[], world: World): Pool {
  const target = extent.map((size, i) => (node.target?.[i] === undefined ? size : world.size(node.target[i])));
  let members: number[][] = [[0]];
  extent.forEach((size, i) => {
    const m = target[i]!;
    members = members.flatMap((before) =>
      Array.from({ length: m }, (_, k) => {
        const [from, to] = [Math.floor((k * size) / m), Math.ceil(((k + 1) * size) / m)];
        return before.flatMap((at) => Array.from({ length: to - from }, (_, step) => at * size + from + step));
      }),
    );
  });
  return { members, extent: target, divisor: (window) => window.length };
}

function pooled(node: Pooling, { shape, data }: Tensor, { members, extent, divisor }: Pool): Result {
  const space = sizeOf(shape.slice(2));
  const planes = data.length / space;
  const outputs = members.length;
  const output = new Float64Array(planes * outputs);
  const largest = node.variant.endsWith('max') ? new Int32Array(planes * outputs) : null;
  for (let plane = 0; plane < planes; plane++)
    for (let i = 0; i < outputs; i++) {
      const window = members[i]!;
      const to = plane * outputs + i;
      if (largest) {
        let best = plane * space + window[0]!;
        for (const at of window) if (data[plane * space + at]! > data[best]!) best = plane * space + at;
        largest[to] = best;
        output[to] = data[best]!;
      } else {
        for (const at of window) output[to]! += data[plane * space + at]!;
        output[to]! /= divisor(window);
      }
    }
  return {
    output: { shape: [...shape.slice(0, 2), ...extent], data: output },
    backward: (gradient) => {
      const below = new Float64Array(data.length);
      for (let plane = 0; plane < planes; plane++)
        for (let i = 0; i < outputs; i++) {
          const from = plane * outputs + i;
          const window = members[i]!;
          if (largest) below[largest[from]!]! += gradient[from]!;
          else for (const at of window) below[plane * space + at]! += gradient[from]! / divisor(window);
        }
      return [below];
    },
  };
}

/** Mean or maximum over whole dimensions, which stay as 1 or go. */
function global(node: Pooling & Node, input: Tensor, world: World): Result {
  const { shape, data } = input;
  const axes = axesOf(node, shape, world);
  const rest = shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const strides = stridesOf(shape);
  const pick = (kept: readonly number[]) =>
    walk(
      kept.map((i) => shape[i]!),
      kept.map((i) => strides[i]!),
      0,
    );
  const starts = pick(rest);
  const steps = pick(axes);
  const keeps = node.shape?.length === shape.length;
  const flat = { shape: [1, starts.length, steps.length], data: new Float64Array(data.length) };
  for (let i = 0; i < starts.length; i++)
    for (let k = 0; k < steps.length; k++) flat.data[i * steps.length + k] = data[starts[i]! + steps[k]!]!;
  const members = [Array.from({ length: steps.length }, (_, k) => k)];
  const divisor = (window: readonly number[]) => (node.summed ? 1 : window.length);
  const result = pooled(node, flat, { members, extent: [1], divisor });
  return {
    output: {
      shape: keeps ? shape.map((size, i) => (axes.includes(i) ? 1 : size)) : rest.map((i) => shape[i]!),
      data: result.output.data,
    },
    backward: (gradient) => {
      const [turned] = result.backward(gradient);
      const below = new Float64Array(data.length);
      for (let i = 0; i < starts.length; i++)
        for (let k = 0; k < steps.length; k++) below[starts[i]! + steps[k]!] = turned![i * steps.length + k]!;
      return [below];
    },
  };
}

/** The dimensions that are averaged: those that are named, that become 1 or vanish; of a feature map all but batch and channels. */
function axesOf(node: Pooling & Node, shape: readonly number[], world: World): number[] {
  const space = shape.map((_, i) => i).slice(2);
  const before = world.nodes[node.inputs[0] ?? -1]?.shape;
  if (node.over && before?.length === shape.length) return [...node.over];
  if (!before || !node.shape || shape.length !== 3 || node.shape.length !== 2) return space;
  // (N, tokens, features) → (N, features), or tokens first: the dimension whose size is not found again.
  if (numberOf(before[2]) !== numberOf(node.shape[1])) return space;
  return equals(before[0]!, node.shape[0]!) !== true && equals(before[1]!, node.shape[0]!) === true ? [0] : [1];
}
