import type { SpectralAtom } from './spectral-atoms.js';
import type { SpectralEquation } from './spectral-equation.js';

/** A limiting law of JJᵀ, in the same terms as a finite network's spectrum. */
export interface UniversalSpectrum {
  readonly logMean: number;
  /** ln(λ/m₁) at the lower end: −∞ where the density reaches 0. */
  readonly logMin: number;
  readonly logMax: number;
  readonly logBulkEdge: number;
  readonly atoms: readonly SpectralAtom[];
  readonly equation: SpectralEquation;
}

/**
 * L → ∞ at χ₁ = 1 and fixed σ²_rel for φ whose slopes become constant as q → 0 (tanh, erf): S(z) = exp(−σ²_rel z), gapped away from 0,
 * λ_± = ((r ± 1)/(r ∓ 1)) e^{σ²(±r − 1)/2}, r = √(1 + 4/σ²). Pennington, Schoenholz, Ganguli 2018, arXiv:1802.09979.
 *
 * The edge of a finite network approaches λ_+ only like L^{−1/2}: a label, not a replacement.
 *
 * @param relativeVariance σ²_rel > 0
 * @throws RangeError for a σ²_rel that is not positive and finite
 */
export function smoothLimit(relativeVariance: number, logMean = 0): UniversalSpectrum {
  checkVariance(relativeVariance);
  const r = Math.sqrt(1 + 4 / relativeVariance);
  // (r + 1)/(r − 1) loses its digits where r is close to 1.
  const logRatio = 2 * Math.log(r + 1) - Math.log(4 / relativeVariance);
  const half = relativeVariance / 2;
  const logMax = logRatio + half * (r - 1);
  return {
    logMean,
    logMin: -logRatio - half * (r + 1),
    logMax,
    logBulkEdge: logMax,
    atoms: [],
    equation: { logMean, constant: 0, logs: momentLogs, implicit: [], linear: relativeVariance, saturating: 0 },
  };
}

/**
 * L → ∞ at χ₁ = 1 and fixed σ²_rel for slopes 0 and 1 with P(φ′ = 1) → 1 (hardtanh): S(z) = exp(−σ² z/(1 + z)). Continuous up to e σ²,
 * reaching 0; for σ² < 1 an atom of mass 1 − σ² sits on top at e^{σ²}. Pennington et al. 2018, arXiv:1802.09979.
 *
 * @param relativeVariance σ²_rel > 0
 * @throws RangeError for a σ²_rel that is not positive and finite
 */
export function bernoulliLimit(relativeVariance: number): UniversalSpectrum {
  checkVariance(relativeVariance);
  const atoms = relativeVariance < 1 ? [{ logLambda: relativeVariance, mass: 1 - relativeVariance }] : [];
  const logBulkEdge = 1 + Math.log(relativeVariance);
  return {
    logMean: 0,
    logMin: Number.NEGATIVE_INFINITY,
    logMax: atoms.length > 0 ? relativeVariance : logBulkEdge,
    logBulkEdge,
    atoms,
    equation: { logMean: 0, constant: 0, logs: momentLogs, implicit: [], linear: 0, saturating: relativeVariance },
  };
}

const momentLogs = [
  { coefficient: 1, shift: 1, ratio: 1 },
  { coefficient: -1, shift: 0, ratio: 1 },
];

function checkVariance(relativeVariance: number): void {
  if (!(relativeVariance > 0 && Number.isFinite(relativeVariance)))
    throw new RangeError(`relativeVariance must be a positive number, not ${relativeVariance}`);
}
