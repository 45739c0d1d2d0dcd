import type { Shape } from '../../network/graph.js';
import { add, divide, equals, floor, multiply, numberOf, type Quantity, subtract, symbol } from '../../network/quantity.js';
import { isQuantity } from '../expression.js';
import type { Argument } from '../framework.js';

/** `3` or `[3, 5]` as one size a dimension; `null` where it is not known. */
export function spread(value: Argument, dimensions: number): readonly Quantity[] | null {
  if (isQuantity(value)) return Array.from({ length: dimensions }, () => value);
  if (!Array.isArray(value) || !value.every(isQuantity)) return null;
  return value.length === dimensions ? value : value.length === 1 ? Array.from({ length: dimensions }, () => value[0]!) : null;
}

/** Names of the spatial sizes of an input that is not declared. */
const spatialNames: readonly (readonly string[])[] = [[], ['length'], ['height', 'width'], ['depth', 'height', 'width']];

/** Shape of an input to a layer with channels first; symbols where nothing is known. */
export function channelsFirst(input: Shape | undefined, channels: Quantity | null, dimensions: number): Shape {
  if (input) return input;
  return [symbol('batch'), channels ?? symbol('channels'), ...spatialNames[dimensions]!.map(symbol)];
}

/** ⌊(size + 2·padding − dilation·(kernel−1) − 1)/stride⌋ + 1. */
export function convolvedSize(
  size: Quantity,
  kernel: Quantity,
  stride: Quantity,
  padding: Quantity,
  dilation: Quantity,
  up = false,
): Quantity {
  const reach = subtract(add(size, multiply(2, padding)), add(multiply(dilation, subtract(kernel, 1)), 1));
  if (equals(stride, 1) === true) return add(reach, 1);
  const steps = divide(reach, stride);
  return add(up ? roundedUp(steps) : floor(steps), 1);
}

function roundedUp(steps: Quantity): Quantity {
  const value = numberOf(steps);
  return value === null ? floor(steps) : Math.ceil(value);
}

/** (size − 1)·stride − 2·padding + dilation·(kernel−1) + output_padding + 1. */
export function transposedSize(
  size: Quantity,
  kernel: Quantity,
  stride: Quantity,
  padding: Quantity,
  dilation: Quantity,
  outputPadding: Quantity,
): Quantity {
  const grown = multiply(subtract(size, 1), stride);
  const reach = add(multiply(dilation, subtract(kernel, 1)), add(outputPadding, 1));
  return add(subtract(grown, multiply(2, padding)), reach);
}

/** Sizes after joining dimensions `start` to `end`. */
export function flattenedShape(shape: Shape, start: number, end: number): Shape {
  if (!shape) return null;
  const from = start < 0 ? shape.length + start : start;
  const to = end < 0 ? shape.length + end : end;
  if (from < 0 || to >= shape.length || from > to) return shape;
  return [...shape.slice(0, from), shape.slice(from, to + 1).reduce((a, b) => multiply(a, b)), ...shape.slice(to + 1)];
}

/** `view(sizes)` with at most one −1; `null` where it cannot be told. */
export function viewedShape(shape: Shape, sizes: readonly Argument[]): Shape {
  if (!sizes.every(isQuantity)) return null;
  const open = sizes.findIndex((size) => numberOf(size) === -1);
  if (open === -1) return sizes;
  if (!shape) return null;
  const total = shape.reduce((a, b) => multiply(a, b), 1 as Quantity);
  const rest = sizes.filter((_, i) => i !== open).reduce((a, b) => multiply(a, b), 1 as Quantity);
  const missing = divide(total, rest);
  const value = numberOf(missing);
  if (value !== null && !Number.isInteger(value)) return null;
  return sizes.map((size, i) => (i === open ? missing : size));
}

/** The shape with one dimension replaced. */
export function withDimension(shape: Shape, dimension: number, size: Quantity | null): Shape {
  if (!shape || size === null) return null;
  const index = dimension < 0 ? shape.length + dimension : dimension;
  return index in shape ? shape.map((one, i) => (i === index ? size : one)) : null;
}
