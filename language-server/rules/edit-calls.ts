import type { CallReport, Fix, LayerReport, ModelReport } from '../protocol.js';
import { sameRange } from '../range.js';
import { callAt } from './call-at.js';

type Edits = Fix['edits'];

/** The layers whose weights a call drew. */
export const drawnBy = ({ layers }: ModelReport, { range }: CallReport): LayerReport[] =>
  layers.filter(({ weight }) => weight?.sourceRange && sameRange(weight.sourceRange, range));

/**
 * The edits of all calls that draw these layers; none where one of them cannot be edited, since what is left would keep the finding.
 *
 * @param edit what to write in one call, given the layers that it draws; empty: it cannot be edited with safety
 */
export function editCalls(
  model: ModelReport,
  layers: readonly LayerReport[],
  edit: (call: CallReport, drawn: readonly LayerReport[]) => Edits,
): Edits {
  const calls = new Set(layers.map(({ weight }) => callAt(model, weight!.sourceRange)));
  const edits = [...calls].map((call) => (call ? edit(call, drawnBy(model, call)) : []));
  return edits.every((one) => one.length > 0) ? edits.flat() : [];
}
