import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { depthScale } from '../language-server/meanfield/depth-scale.js';

/** A row of a golden table: numbers from outside this project, with the tolerance that they were given. */
export interface GoldenRow {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly tolerance: { readonly rel: number; readonly abs?: number };
}

export const golden = (name: string): GoldenRow[] =>
  JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'));

/** |actual − expected| ≤ abs + rel·|expected|; `"inf"` stands for infinity. */
export function expectClose(
  actual: unknown,
  expected: unknown,
  { rel, abs = 0 }: { rel: number; abs?: number },
  what = '',
): void {
  if (expected === null) return;
  if (expected === 'inf') expect(actual, what).toBe(Number.POSITIVE_INFINITY);
  else if (typeof expected !== 'number') expect(actual, what).toEqual(expected);
  else {
    const error = Math.abs((actual as number) - expected);
    const allowed = abs + rel * Math.abs(expected);
    expect(error <= allowed, `${what}: ${String(actual)} should be ${expected} within ${allowed}, but is off by ${error}`).toBe(
      true,
    );
  }
}

/** An error δχ becomes ξ² δχ/χ in the depth scale, so the tolerance on ξ grows near criticality. */
export function expectScale(chi: number, expected: unknown, tolerance: { rel: number; abs?: number }, what: string): void {
  const xi = depthScale(chi);
  const amplified = typeof expected === 'number' ? tolerance.rel * Math.max(1, expected) : tolerance.rel;
  expectClose(
    xi === Number.POSITIVE_INFINITY || xi < 1e9 ? xi : Number.POSITIVE_INFINITY,
    expected,
    { ...tolerance, rel: amplified },
    what,
  );
}
