import type { Shape } from '../../network/graph.js';
import { multiply, type Quantity } from '../../network/quantity.js';
import { entriesOf } from './shapes.js';

/**
 * PyTorch's fans, read off the shape alone: fan_in = shape[1]·∏shape[2:], fan_out = shape[0]·∏shape[2:] (`torch.nn.init._calculate_fan_in_and_fan_out`).
 * They are not the numbers of summed weights for transposed and grouped convolutions.
 */
export function fansOf(shape: Shape): { fanIn: Quantity; fanOut: Quantity } | null {
  const [first, second, ...rest] = shape ?? [];
  if (first === undefined || second === undefined) return null;
  const receptive = entriesOf(rest);
  return { fanIn: multiply(second, receptive), fanOut: multiply(first, receptive) };
}
