/** A stretch of a table: some rows in full, then perhaps a note for those left out. */
export interface Stretch<Row> {
  rows: readonly Row[];
  /** Rows left out after `rows`. */
  omitted: number;
  /** How many rows repeat as one unit: 1 for a stack of equal layers, 3 for a stack of blocks of three. */
  period: number;
}

/**
 * Folds repetition: a stack of equal rows, or of equal groups of rows, is shown by its first and its last unit. What two rows have in
 * common is what `keyOf` says.
 */
export function foldRows<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Stretch<Row>[] {
  const keys = rows.map(keyOf);
  const stretches: Stretch<Row>[] = [];
  let shown: Row[] = [];
  for (let start = 0; start < rows.length; ) {
    const { period, units } = longestRepetition(keys, start);
    const omitted = period * (units - 2);
    if (omitted < leastOmitted) {
      shown.push(rows[start]!);
      start += 1;
      continue;
    }
    stretches.push({ rows: [...shown, ...rows.slice(start, start + period)], omitted, period });
    shown = rows.slice(start + period + omitted, start + period * units);
    start += period * units;
  }
  return shown.length > 0 ? [...stretches, { rows: shown, omitted: 0, period: 0 }] : stretches;
}

/** A fold that saves fewer rows than this costs more attention than it spares. */
const leastOmitted = 3;

/** Longer groups are no pattern that a reader would recognise. */
const longestPeriod = 12;

/** The repetition that starts here and covers most rows; among equals the one with the shortest unit. */
function longestRepetition(keys: readonly string[], start: number): { period: number; units: number } {
  let best = { period: 1, units: 1 };
  for (let period = 1; period <= longestPeriod && start + 2 * period <= keys.length; period++) {
    let end = start + period;
    while (end < keys.length && keys[end] === keys[end - period]) end++;
    const units = Math.floor((end - start) / period);
    if (units > 1 && units * period > best.units * best.period) best = { period, units };
  }
  return best;
}
