import { normalCdf } from './special-functions.js';

/**
 * Mean cross-entropy of K independent logits N(0, s²) for a target that they know nothing of: E ln Σₖ exp(zₖ).
 *
 * Small s: ln K + s²/2. From s = √(2 ln K) on single logits rule and it grows like s·√(2 ln K), as the free energy of the random energy
 * model does (Derrida 1981, Phys. Rev. B 24, 2613). In between it is computed: with E exponential, ln(E/S) has the distribution function
 * G(x) = 1 − L(eˣ)ᴷ, L(t) = E exp(−t eᶻ), and E ln E = −γ.
 *
 * @param classes K ≥ 1
 * @param variance s² ≥ 0
 * @returns in nats, error below 10⁻⁴ relative
 * @throws RangeError for other arguments
 */
export function initialCrossEntropy(classes: number, variance: number): number {
  if (!(classes >= 1) || !Number.isFinite(classes)) throw new RangeError(`classes must be a number from 1 on, not ${classes}`);
  if (!(variance >= 0) || !Number.isFinite(variance)) throw new RangeError(`variance must be finite and ≥ 0, not ${variance}`);
  const s = Math.sqrt(variance);
  // The sum over the classes is so even that two terms are enough.
  if (s < 0.3) return Math.log(classes) + variance / 2 - Math.expm1(variance) / (2 * classes);
  const extreme = Math.sqrt(2 * Math.log(classes));
  const step = 0.3 * Math.sqrt(1 + (s / Math.max(1, extreme)) ** 2);
  const [low, high] = [-(Math.log(classes) + s * (extreme + 8) + 40), 8 * s + 5];
  const count = Math.ceil((high - low) / step);
  const width = (high - low) / count;
  let below = 0;
  for (let i = 0; i <= count; i++) {
    const x = low + i * width;
    // G at the lower end is 0 and at the upper end 1 up to rounding, so that the trapezoid rule needs no weights at the ends.
    below += width * -Math.expm1(classes * Math.log1p(-passed(x, s)));
  }
  // E ln(E/S) = high − ∫ G, and E ln S = −γ − E ln(E/S).
  return -euler - (high + width / 2 - below);
}

const euler = 0.5772156649015329;

/** 1 − L(eˣ) = ∫ P(s z > w − x) e^{w − eʷ} dw, by parts: smooth also where s is large. */
function passed(x: number, s: number): number {
  const step = Math.min(0.15, s / 4);
  let sum = 0;
  for (let w = -38; w <= 4; w += step) sum += normalCdf((x - w) / s) * Math.exp(w - Math.exp(w));
  return Math.min(1, sum * step);
}
