import type { PhasePlane } from '../../language-server/protocol.js';

/** A place in the phase plane. */
export interface PlanePoint {
  sigmaW2: number;
  sigmaB2: number;
}

export type Grid = PhasePlane['grid'];

/** A grid that can be drawn: at least two rising values on each axis and a χ₁ or `null` for each place. */
export const isDrawable = ({ sigmaW2, sigmaB2, chi1 }: Grid): boolean =>
  rising(sigmaW2) && rising(sigmaB2) && chi1.length === sigmaW2.length * sigmaB2.length;

/**
 * ln χ₁ at a place by bilinear interpolation of the logarithm between the four grid points around it, since χ₁ is a growth factor.
 *
 * @returns `null` outside of the grid and where q diverges at one of the four
 */
export function logChi1At({ sigmaW2, sigmaB2, chi1 }: Grid, place: PlanePoint): number | null {
  const across = cell(sigmaW2, place.sigmaW2);
  const up = cell(sigmaB2, place.sigmaB2);
  if (!across || !up) return null;
  const corner = (row: number, column: number) => chi1[row * sigmaW2.length + column] ?? null;
  let sum = 0;
  for (const [row, rowShare] of up)
    for (const [column, columnShare] of across) {
      const value = corner(row, column);
      if (value === null) return null;
      sum += rowShare * columnShare * Math.log(Math.max(value, 1e-12));
    }
  return sum;
}

/** The two neighbours of a value on an axis and the share of each. */
function cell(axis: number[], value: number): [index: number, share: number][] | null {
  const first = axis[0];
  const last = axis.at(-1);
  if (first === undefined || last === undefined || !(value >= first && value <= last)) return null;
  let [low, high] = [0, axis.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (axis[middle]! <= value) low = middle;
    else high = middle;
  }
  const share = (value - axis[low]!) / (axis[high]! - axis[low]!);
  return [
    [low, 1 - share],
    [high, share],
  ];
}

const rising = (axis: number[]) => axis.length > 1 && axis.every((value, index) => index === 0 || value > axis[index - 1]!);
