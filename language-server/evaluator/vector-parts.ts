import type { Parameter } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { rangeOf } from './slice-range.js';
import type { ParameterValue, Value } from './values.js';

/**
 * `bias[n // 4 : n // 2]`: a range of a vector. What is written into it is noted at the whole (`Parameter.parts`), beside the mark that
 * something was written which one distribution does not tell.
 *
 * @returns `null` where the range is not known, or where something else has touched the vector already
 */
export function vectorPart({ parameter }: ParameterValue, key: Value): ParameterValue | null {
  const size = parameter.shape?.length === 1 ? numberOf(parameter.shape[0]!) : null;
  if (size === null || key.kind !== 'slice' || key.step.kind !== 'none' || (parameter.touched && !parameter.parts)) return null;
  const range = rangeOf(key, size);
  if (!range || range.first >= range.last) return null;
  const { first: from, last: to } = range;
  parameter.touched = true;
  parameter.parts ??= [];
  const part: Parameter = { name: parameter.name, shape: [to - from], writes: [...parameter.writes.slice(-1)] };
  return { kind: 'parameter', parameter: part, trainable: false, partOf: { whole: parameter, from, to } };
}

/** Notes at the whole what its part holds now. */
export function noteVectorWrite({ parameter, partOf }: ParameterValue): void {
  const write = parameter.writes.at(-1);
  if (!partOf || !write) return;
  const { whole, from, to } = partOf;
  whole.parts?.push({ from, to, write, after: whole.writes.length });
}
