import type { HermiteExpansion } from './hermite-kernel.js';
import type { SlopeMoments } from './slope-moments.js';

/** An activation function as the theory needs it. The table of all of them is `activations.ts`. */
export interface Activation {
  /** `relu`, `leaky_relu`, `gelu_tanh`: the names of PyTorch's functions where there is one. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  phi(x: number): number;
  /** φ′, almost everywhere. */
  dphi(x: number): number;
  /** Regular part of φ″: without the Dirac terms at kinks. */
  d2phi(x: number): number;
  /** Where φ or a derivative jumps. */
  readonly kinks: readonly Kink[];
  readonly parity: 'odd' | 'even' | null;
  /** φ(a x) = a φ(x) for a > 0, so that the length map is a straight line. */
  readonly homogeneous: boolean;
  /** Slopes of φ at −∞ and +∞; `null` for what grows faster. */
  readonly tails: readonly [left: number, right: number] | null;
  /** Width in x over which φ bends; `Infinity` for piecewise polynomials. */
  readonly scale: number;
  /** |x| beyond which φ equals its tails to rounding; `Infinity` where it approaches them algebraically. */
  readonly settled: number;
  /** Further |x| at which a quadrature should start a new panel. */
  readonly bends?: readonly number[];
  /** Closed forms, where they are known. */
  readonly moments?: (q: number) => ClosedMoments;
  readonly kernel?: (q1: number, q2: number, c: number) => PairMoments;
  /** E[(φ(u) − φ(v))²]/2 at equal q and 1 − c = gap, without cancellation. */
  readonly difference?: (q: number, gap: number) => number;
  /** What spares quadratures, where so many are asked for that making it costs less. */
  readonly maps?: LengthMaps;
}

/** Integrals over N(0, q) as functions of q that need no quadrature; `null` for a q at which they do. */
export interface LengthMaps {
  moments(q: number): Moments | null;
  slopes(q: number): SlopeMoments | null;
  /** Good until the next question. */
  expansion(q: number): HermiteExpansion | null;
}

export interface Kink {
  readonly at: number;
  /** Jump of φ′; 0 where only φ″ jumps. */
  readonly jump: number;
  /** Jump of φ itself. */
  readonly step?: number;
}

/** Gaussian moments over x ~ N(0, q). */
export interface Moments {
  /** E φ */
  readonly mean: number;
  /** V = E φ² */
  readonly second: number;
  /** E φ′; `null` where φ jumps. */
  readonly slopeMean: number | null;
  /** D = E φ′², almost everywhere derivative. */
  readonly slopeSecond: number;
  /** D₂ = E φ″²; infinite where φ′ jumps. */
  readonly curvatureSecond: number;
  /** V′ = dV/dq */
  readonly secondSlope: number;
}

export type ClosedMoments = Partial<Moments>;

/** Moments over a Gaussian pair (u, v) with variances q₁, q₂ and correlation c. */
export interface PairMoments {
  /** K = E φ(u) φ(v) */
  readonly value: number;
  /** K′ = E φ′(u) φ′(v) = ∂K/∂(E u v); `Infinity` where φ jumps and c = 1. */
  readonly slope: number;
}

/** ½(φ′(0⁺)² + φ′(0⁻)²): V(q)/q for q → 0 where φ(0) = 0. */
export function smallSignalGain(phi: Activation): number {
  const tiny = 1e-300;
  return (phi.dphi(tiny) ** 2 + phi.dphi(-tiny) ** 2) / 2;
}

/** Limit of V(q)/q for q → ∞; infinite where φ grows faster than linearly. */
export function largeSignalGain({ tails }: Activation): number {
  return tails ? (tails[0] ** 2 + tails[1] ** 2) / 2 : Number.POSITIVE_INFINITY;
}

/** True where φ itself jumps: χ₁ is infinite, although frameworks compute gradients that do not see it. */
export const isDiscontinuous = (phi: Activation): boolean => phi.kinks.some(({ step }) => step !== undefined && step !== 0);
