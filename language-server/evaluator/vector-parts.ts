import type { Parameter } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
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
  const bound = (value: Value, absent: number): number | null => {
    const number = value.kind === 'none' ? absent : value.kind === 'number' ? numberOf(value.value) : null;
    return number === null ? null : Math.min(size, Math.max(0, number < 0 ? size + number : number));
  };
  const [from, to] = [bound(key.start, 0), bound(key.stop, size)];
  if (from === null || to === null || !(from < to)) return null;
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
