import type { Activation } from '../meanfield/activation.js';
import { activation as activationNamed } from '../meanfield/activations.js';
import { criticalAtLength } from '../meanfield/critical-line.js';
import { gaussianMoments } from '../meanfield/gaussian-moments.js';
import type { LayerReport, PhasePlane } from '../protocol.js';

/**
 * The plane (σ_w², σ_b²) of an activation with the curve χ₁ = 1 and χ₁ around it, wide enough for the given layers.
 * Poole et al. 2016, arXiv:1606.05340, fig. 1; Schoenholz et al. 2017, arXiv:1611.01232, fig. 1.
 *
 * @returns null for an activation that the theory does not know
 */
export function phasePlane(layers: readonly LayerReport[]): Omit<PhasePlane, 'layers'> | null {
  const [{ activation, activationParameters, keep }] = layers as [LayerReport];
  const phi = activation ? activationNamed(activation, activationParameters) : null;
  if (!activation || !phi) return null;
  const line = criticalLine(phi, keep);
  const sigmaW2 = axis(Math.max(3, 1.25 * largest(layers.map(({ weight }) => weight?.sigmaW2))), columns);
  const sigmaB2 = axis(Math.max(0.3, 1.25 * largest(layers.map(({ bias }) => bias?.sigmaB2))), rows);
  const shown = line.filter((point) => point.sigmaW2 <= sigmaW2.at(-1)! && point.sigmaB2 <= sigmaB2.at(-1)!);
  const table = momentTable(phi);
  const chi1 = sigmaB2.flatMap((b) => sigmaW2.map((w) => reachedChi1(phi, table, w / keep, b)));
  return {
    activation,
    activationParameters,
    keep,
    criticalLine: shown,
    note: note(phi, keep, line.length, shown.length),
    grid: { sigmaW2, sigmaB2, chi1 },
  };
}

const columns = 41;
const rows = 31;

function largest(values: readonly (number | null | undefined)[]): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

function axis(end: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (end * i) / (count - 1));
}

/** χ₁ = (σ_w²/ρ) D(q*) = 1 by rising σ_b²; dropout with keep probability ρ divides σ_w² (arXiv:1611.01232, eq. 14). */
function criticalLine(phi: Activation, keep: number): PhasePlane['criticalLine'] {
  const lengths = phi.homogeneous ? [1] : [0, ...Array.from({ length: 120 }, (_, i) => 1e-4 * 10 ** (i / 20))];
  return lengths
    .map((q) => criticalAtLength(phi, q))
    .filter(({ admissible, sigmaW2 }) => admissible && Number.isFinite(sigmaW2))
    .map(({ sigmaW2, sigmaB2, qStar, attracting }) => ({ sigmaW2: sigmaW2 * keep, sigmaB2, qStar, attracting }))
    .sort((a, b) => a.sigmaB2 - b.sigmaB2);
}

function note(phi: Activation, keep: number, known: number, shown: number): string | null {
  const lines: string[] = [];
  if (known === 0) lines.push('This activation has no critical initialization: χ₁ = 1 would need a negative σ_b².');
  else if (phi.homogeneous) lines.push('Critical at a single point: with biases the signal grows layer by layer.');
  else if (shown === 0) lines.push('The critical line lies outside this part of the plane.');
  if (keep < 1) lines.push('With dropout, differences between inputs fade also on the line.');
  return lines.length > 0 ? lines.join(' ') : null;
}

interface MomentTable {
  readonly q: readonly number[];
  readonly second: readonly number[];
  readonly slopeSecond: readonly number[];
}

const tables = new WeakMap<Activation, MomentTable>();

/** V and D over the lengths that matter: two hundred integrals once, instead of a fixed-point search in each of 1,271 cells. */
function momentTable(phi: Activation): MomentTable {
  const known = tables.get(phi);
  if (known) return known;
  const q = Array.from({ length: 221 }, (_, i) => 1e-6 * 10 ** (i / 20));
  const moments = q.map((length) => gaussianMoments(phi, length));
  const table = { q, second: moments.map(({ second }) => second), slopeSecond: moments.map(({ slopeSecond }) => slopeSecond) };
  tables.set(phi, table);
  return table;
}

/**
 * χ₁ at the fixed point of q ↦ σ_w² V(q) + σ_b² that is reached from q = 1, linearly interpolated in the table: exact to about 1 %,
 * which a colour does not show. `null` where the length grows without bound.
 */
function reachedChi1(phi: Activation, { q, second, slopeSecond }: MomentTable, sigmaW2: number, sigmaB2: number): number | null {
  if (phi.homogeneous) return sigmaW2 * slopeSecond[0]!;
  const growth = (i: number) => sigmaW2 * second[i]! + sigmaB2 - q[i]!;
  const start = q.findIndex((length) => length >= 1);
  const step = growth(start) > 0 ? 1 : -1;
  for (let i = start; ; i += step) {
    const next = i + step;
    if (next < 0) return sigmaW2 * slopeSecond[0]!;
    if (next >= q.length) return null;
    if (growth(i) > 0 === growth(next) > 0) continue;
    const share = growth(i) / (growth(i) - growth(next));
    return sigmaW2 * (slopeSecond[i]! + share * (slopeSecond[next]! - slopeSecond[i]!));
  }
}
