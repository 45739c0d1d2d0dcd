import type { Distribution } from '../network/distribution.js';
import type { Parameter } from '../network/graph.js';
import { divide, multiply, numberOf, type Quantity } from '../network/quantity.js';
import type { ParameterValue, Value } from './values.js';

/**
 * `weight[:, :, 1, 1]`: one tap of a kernel of zeros, which is what delta-orthogonal initialization writes to.
 *
 * @returns `null` for any other part of a tensor
 */
export function kernelTap({ parameter }: ParameterValue, key: Value): ParameterValue | null {
  const { shape, writes } = parameter;
  if (!shape || shape.length < 3 || writes.at(-1)?.family !== 'zeros' || key.kind !== 'tuple') return null;
  const [rows, columns, ...places] = withoutEllipsis(key.items, shape.length);
  if (!rows || !columns || !isWhole(rows) || !isWhole(columns) || places.length !== shape.length - 2) return null;
  const indices = places.map((place) => (place.kind === 'number' ? numberOf(place.value) : null));
  if (indices.some((index) => index === null)) return null;
  const central = indices.every((index, i) => {
    const size = numberOf(shape[i + 2]);
    return size !== null && size % 2 === 1 && (index! < 0 ? size + index! : index) === (size - 1) / 2;
  });
  const tap: Parameter = { name: parameter.name, shape: shape.slice(0, 2), writes: [writes.at(-1)!] };
  return { kind: 'parameter', parameter: tap, trainable: false, tapOf: { kernel: parameter, central } };
}

/** `[..., 1, 1]` has as many colons as are missing. */
function withoutEllipsis(items: readonly Value[], dimensions: number): Value[] {
  if (items[0]?.kind !== 'ellipsis') return [...items];
  const none = { kind: 'none' } as const;
  const whole: Value = { kind: 'slice', start: none, stop: none, step: none };
  return [...Array<Value>(Math.max(0, dimensions - items.length + 1)).fill(whole), ...items.slice(1)];
}

const isWhole = (key: Value): boolean =>
  key.kind === 'slice' && key.start.kind === 'none' && key.stop.kind === 'none' && key.step.kind === 'none';

/** Writes into the kernel what its tap holds now: the moments of its entries are those of the tap, spread over all taps. */
export function writeTap({ parameter, tapOf }: ParameterValue): void {
  const last = parameter.writes.at(-1);
  if (!tapOf || !last) return;
  const { kernel, central } = tapOf;
  const taps = (kernel.shape ?? []).slice(2).reduce<Quantity>((product, size) => multiply(product, size), 1);
  kernel.writes.push(spread(last, taps, central));
}

function spread(tap: Distribution, taps: Quantity, central: boolean): Distribution {
  const known = tap.mean === 0 && tap.variance !== null;
  return {
    ...tap,
    family: known && central && tap.family === 'orthogonal' ? 'delta-orthogonal' : 'unknown',
    variance: known ? divide(tap.variance, taps) : null,
    mean: known ? 0 : null,
    formula: known && tap.formula ? `${tap.formula} at one tap` : null,
  };
}
