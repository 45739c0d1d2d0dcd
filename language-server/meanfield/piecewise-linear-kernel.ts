import type { Activation, PairMoments } from './activation.js';
import { isDiscontinuous } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { gradedNodes } from './panels.js';

/** Straight between its kinks and without jumps: hardtanh, relu6, hardsigmoid, softshrink. */
export const isPiecewiseLinear = (phi: Activation): boolean =>
  phi.scale === Number.POSITIVE_INFINITY &&
  !isDiscontinuous(phi) &&
  phi.kinks.every(({ at }) => phi.d2phi(at - 1e-9) === 0 && phi.d2phi(at + 1e-9) === 0);

/**
 * K and K′ of a piecewise linear φ by Price's theorem applied twice: ∂²K/∂r² = Σ_{ij} J_i J_j p(k_i, k_j; r), the density of the pair at
 * the kinks, so that K(r) = K(0) + r K′(0) + ∫₀^r (r − ρ) Σ J J p dρ. With ρ = √(q₁q₂) sin θ the integrand is smooth.
 */
export function piecewiseLinearKernel(phi: Activation, q1: number, q2: number, c: number): PairMoments {
  const first = gaussianMoments(phi, q1);
  const second = gaussianMoments(phi, q2);
  const scale = Math.sqrt(q1 * q2);
  let slope = first.slopeMean! * second.slopeMean!;
  let value = first.mean * second.mean + c * scale * slope;
  for (const one of phi.kinks) {
    for (const other of phi.kinks) {
      const { density, moment } = kinkPair(one.at / Math.sqrt(q1), other.at / Math.sqrt(q2), c);
      slope += one.jump * other.jump * density;
      value += one.jump * other.jump * moment * scale;
    }
  }
  return { value, slope };
}

/** ∫₀^{asin c} p dθ and ∫₀^{asin c} (c − sin θ) p dθ for kinks at a and b standard deviations. */
function kinkPair(a: number, b: number, c: number): { density: number; moment: number } {
  const end = Math.asin(Math.abs(c));
  const sign = Math.sign(c);
  // Towards θ = π/2 the density at unequal kinks falls to 0 within an angle of |a ∓ b|.
  const center = { at: Math.PI / 2, scale: Math.max(Math.abs(a - sign * b) / 2, 1e-6), extent: Number.POSITIVE_INFINITY };
  const { z, weight, count } = gradedNodes(0, end, [], [center], 0.55);
  let density = 0;
  let moment = 0;
  for (let i = 0; i < count; i++) {
    const sine = sign * Math.sin(z[i]!);
    const cosine = Math.cos(z[i]!);
    const exponent = ((a - b) ** 2 + 2 * a * b * (1 - sine)) / (2 * cosine * cosine);
    const p = (sign * weight[i]! * Math.exp(-exponent)) / (2 * Math.PI);
    density += p;
    moment += p * (c - sine);
  }
  return { density, moment };
}
