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
 * Phase of a network of real depth: marginal as long as squared gradients change by less than √e in all.
 *
 * @param logChi Σ ln χ over the layers
 */
export function phaseOverDepth(logChi: number): Phase {
  if (Math.abs(logChi) < 0.5) return 'critical';
  return logChi < 0 ? 'ordered' : 'chaotic';
}
