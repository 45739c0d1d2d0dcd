import type { Activation } from './activation.js';
import { type Center, gradedNodes, type Nodes } from './panels.js';

/**
 * Moments over one unit's normalised values u in a batch of B: u is uniform on the sphere of radius √B in the B − 1 dimensions orthogonal
 * to (1, …, 1), whatever the weights. φ and d = γ φ′ are taken at γ u + β.
 */
export interface BatchMoments {
  /** E φ_i² */
  readonly square: number;
  /** E φ_i φ_j of two different samples */
  readonly product: number;
  /** E d_i² */
  readonly slopeSquare: number;
  /** E d_i d_j */
  readonly slopeProduct: number;
  /** E u_i² d_i² */
  readonly weightedSlopeSquare: number;
  /** E u_i d_i u_j d_j */
  readonly weightedSlopeProduct: number;
}

/**
 * One coordinate is u_i = √(B−1) sin θ with density ∝ cos^{B−3} θ; the second is √(B−1)(ρ sin θ + √(1−ρ²) cos θ sin ψ), ρ = −1/(B−1), with
 * density ∝ cos^{B−4} ψ. In these angles nothing is singular down to B = 4 and nothing underflows for large B.
 *
 * @param batch B ≥ 4
 */
export function batchMoments(phi: Activation, batch: number, gamma: number, beta: number): BatchMoments {
  const radius = Math.sqrt(batch - 1);
  const rho = -1 / (batch - 1);
  const across = Math.sqrt(1 - rho * rho);
  /** Where sin of an angle puts φ's argument on a kink, or on its centre. */
  const sines = (x: number) => (x - beta) / (gamma * radius);
  const kinks = gamma === 0 ? [] : phi.kinks.map(({ at }) => sines(at));
  const bend = { scale: phi.scale / (Math.abs(gamma) * radius), extent: phi.settled / (Math.abs(gamma) * radius) };

  const outer = angles(
    batch - 3,
    [...kinks.map(Math.asin), ...kinks.flatMap(tangents(rho, across)).flatMap(batch < 8 ? graded : alone)],
    {
      at: angleOf(sines(0)),
      ...bend,
    },
  );
  const sum = { square: 0, product: 0, slopeSquare: 0, slopeProduct: 0, weightedSlopeSquare: 0, weightedSlopeProduct: 0 };
  for (let i = 0; i < outer.count; i++) {
    const sine = Math.sin(outer.z[i]!);
    const cosine = Math.cos(outer.z[i]!);
    const u = radius * sine;
    const value = phi.phi(gamma * u + beta);
    const slope = gamma * phi.dphi(gamma * u + beta);
    const second = (x: number) => (x - rho * sine) / (across * cosine);
    const width = across * cosine;
    const inner = angles(
      batch - 4,
      kinks.map((x) => Math.asin(second(x))),
      {
        at: angleOf(second(sines(0))),
        scale: bend.scale / width,
        extent: bend.extent / width,
      },
    );
    let product = 0;
    let slopeProduct = 0;
    let weighted = 0;
    for (let k = 0; k < inner.count; k++) {
      const other = radius * (rho * sine + width * Math.sin(inner.z[k]!));
      const otherSlope = inner.weight[k]! * phi.dphi(gamma * other + beta);
      product += inner.weight[k]! * phi.phi(gamma * other + beta);
      slopeProduct += otherSlope;
      weighted += otherSlope * other;
    }
    const weight = outer.weight[i]!;
    sum.square += weight * value * value;
    sum.product += weight * value * product;
    sum.slopeSquare += weight * slope * slope;
    sum.slopeProduct += weight * slope * gamma * slopeProduct;
    sum.weightedSlopeSquare += weight * u * u * slope * slope;
    sum.weightedSlopeProduct += weight * u * slope * gamma * weighted;
  }
  return sum;
}

/** Nodes on (−π/2, π/2) for the density ∝ cosⁿ, normalised, split at `breaks`. */
function angles(power: number, breaks: readonly number[], center: Center): Nodes {
  // cosⁿ θ ≤ e^{−nθ²/2}: beyond nine widths nothing is left.
  const reach = Math.min(Math.PI / 2, 9 / Math.sqrt(Math.max(power, 1e-9)));
  const nodes = gradedNodes(
    -reach,
    reach,
    [0, ...breaks.filter(Number.isFinite)],
    [center],
    Math.min(0.8, 2 / Math.sqrt(power + 1)),
  );
  let total = 0;
  for (let i = 0; i < nodes.count; i++) {
    nodes.weight[i]! *= Math.exp(power * Math.log(Math.cos(nodes.z[i]!)));
    total += nodes.weight[i]!;
  }
  for (let i = 0; i < nodes.count; i++) nodes.weight[i]! /= total;
  return nodes;
}

const angleOf = (sine: number): number => Math.asin(Math.max(-1, Math.min(1, Number.isNaN(sine) ? 0 : sine)));

/** Angles θ at which the second coordinate's kink enters or leaves its range: sin(θ + α) = kink, α the angle of (ρ, ±√(1−ρ²)). */
const tangents = (rho: number, across: number) => (sine: number) =>
  [across, -across].flatMap((side) => {
    const alpha = Math.atan2(side, rho);
    return [Math.asin(sine) - alpha, Math.PI - Math.asin(sine) - alpha].map((angle) =>
      Math.atan2(Math.sin(angle), Math.cos(angle)),
    );
  });

/**
 * For few samples the inner integral has a square root at these angles, of which panels that shrink towards it leave nothing; cos^{B−4} ψ
 * takes care of it otherwise.
 */
const graded = (angle: number): number[] => [angle, ...[0.2, 0.05, 0.01, 2e-3, 3e-4].flatMap((by) => [angle - by, angle + by])];
const alone = (angle: number): number[] => [angle];
