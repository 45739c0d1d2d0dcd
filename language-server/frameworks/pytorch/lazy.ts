import type { Distribution } from '../../network/distribution.js';
import type { Layer, Parameter } from '../../network/graph.js';
import { type Quantity, substitute } from '../../network/quantity.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Puts the size that the first input shows into a lazy layer, which had a symbol of that name for it. Does nothing to others. */
export function settle(layer: Layer, name: string, size: Quantity | undefined): void {
  if (size === undefined || !mentions(layer.fanIn, name)) return;
  const fill = (quantity: Quantity) => substitute(quantity, name, size);
  const mutable: Mutable<Layer> = layer;
  mutable.fanIn = layer.fanIn === null ? null : fill(layer.fanIn);
  mutable.fanOut = layer.fanOut === null ? null : fill(layer.fanOut);
  mutable.summands = layer.summands === null ? null : fill(layer.summands);
  for (const parameter of [layer.weight, layer.bias, ...layer.others]) if (parameter) fillParameter(parameter, fill);
}

function mentions(quantity: Quantity | null, name: string): boolean {
  return (
    quantity !== null &&
    typeof quantity !== 'number' &&
    quantity.terms.some(({ powers }) => powers.some(([symbol]) => symbol === name))
  );
}

function fillParameter(parameter: Parameter, fill: (quantity: Quantity) => Quantity): void {
  parameter.shape = parameter.shape?.map(fill) ?? null;
  parameter.writes.splice(
    0,
    parameter.writes.length,
    ...parameter.writes.map(
      (write): Distribution => ({
        ...write,
        mean: write.mean === null ? null : fill(write.mean),
        variance: write.variance === null ? null : fill(write.variance),
      }),
    ),
  );
}
