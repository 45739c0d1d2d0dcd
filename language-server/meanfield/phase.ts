export type Phase = 'ordered' | 'critical' | 'chaotic';

/**
 * Phase of an infinitely deep network: χ₁ < 1 ordered, χ₁ > 1 chaotic. Poole et al. 2016, arXiv:1606.05340.
 *
 * @param tolerance |χ₁ − 1| that still counts as critical
 */
export function phaseOf(chi1: number, tolerance = 1e-3): Phase {
  if (Math.abs(chi1 - 1) <= tolerance) return 'critical';
  return chi1 < 1 ? 'ordered' : 'chaotic';
}

/**
 * A change of ln ‖gradient‖² that holds for weights, too. A mean over T positions divides the squared norm by T; but weights before it add up
 * what positions get, and where these have all in common that is no change. What weights get lies between both: the smaller change is sure, and
 * there is none where they point in different directions.
 *
 * @param nats change of ln ‖g‖²
 * @param taken part of it that means and sums over positions make up
 */
export function leastChange(nats: number, taken: number): number {
  const rest = nats - taken;
  // A sum multiplies all gradients before it once, as a large head would.
  if (taken >= 0) return rest;
  if (nats * rest <= 0) return 0;
  return Math.abs(rest) < Math.abs(nats) ? rest : nats;
}

/**
 * Phase of a network of real depth: marginal as long as squared gradients change by less than √e in all.
 *
 * @param logChi Σ ln χ over the layers
 */
export function phaseOverDepth(logChi: number): Phase {
  if (Math.abs(logChi) < 0.5) return 'critical';
  return logChi < 0 ? 'ordered' : 'chaotic';
}
