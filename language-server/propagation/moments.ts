import type { Activation } from '../meanfield/activation.js';
import { largeSignalGain, smallSignalGain } from '../meanfield/activation.js';
import { gaussLegendre } from '../meanfield/gauss-legendre.js';
import { gaussianMoments } from '../meanfield/gaussian-moments.js';
import { normalCdf } from '../meanfield/special-functions.js';

/** Moments of φ over N(mean·√q, (1 − mean²)·q), relative to what entered. */
export interface LogMoments {
  /** ln E φ². */
  readonly logSecond: number;
  /** E φ / √(E φ²). */
  readonly mean: number;
  /** ln E φ′². */
  readonly logSlope: number;
}

/** Beyond e^±limit the activation is as good as its slopes at zero or at infinity. */
const limit = 200;

/** E φ², E φ and E φ′² for a Gaussian of any size. */
export function logMoments(phi: Activation, logQ: number, mean: number): LogMoments {
  if (phi.homogeneous && Math.abs(mean) < negligible) return shiftedScale(gaussianMoments(phi, 1), logQ);
  const within = Math.max(-limit, Math.min(limit, logQ));
  const rest = logQ - within;
  // Where the signal is that small or large, φ is a straight line on each side, so that the rest is a factor.
  const scales =
    rest !== 0 &&
    (rest > 0 ? largeSignalGain(phi) > 0 && Number.isFinite(largeSignalGain(phi)) : phi.phi(0) === 0 && smallSignalGain(phi) > 0);
  const q = Math.exp(within);
  const moments =
    Math.abs(mean) < negligible ? gaussianMoments(phi, q) : shiftedMoments(phi, mean * Math.sqrt(q), (1 - mean * mean) * q);
  return shiftedScale(moments, scales ? rest : 0);
}

const negligible = 1e-9;

function shiftedScale(
  { second, mean, slopeSecond }: { second: number; mean: number; slopeSecond: number },
  logScale: number,
): LogMoments {
  return {
    logSecond: Math.log(second) + logScale,
    mean: second > 0 ? mean / Math.sqrt(second) : 0,
    logSlope: Math.log(slopeSecond),
  };
}

/** Correlations of φ(u), φ(v) and of φ′(u), φ′(v) for u, v with correlation c about their common mean. */
export interface PairCorrelations {
  /** E φ(u)φ(v) / E φ². */
  readonly value: number;
  /** E φ′(u)φ′(v) / E φ′². */
  readonly slope: number;
}

/**
 * Correlations after an activation, by nested quadrature with panels split at kinks where there is no closed form. Error below 1e-6,
 * enough for what is shown; depth scales use the precise maps of meanfield/.
 *
 * @param c correlation E uv/E u² including the mean
 */
export function pairCorrelations(phi: Activation, logQ: number, mean: number, c: number): PairCorrelations {
  const variance = 1 - mean * mean;
  const centred = variance < 1e-12 ? 1 : Math.max(-1, Math.min(1, (c - mean * mean) / variance));
  if (centred >= 1 - 1e-12) return { value: 1, slope: 1 };
  const q = Math.exp(Math.max(-limit, Math.min(limit, phi.homogeneous ? 0 : logQ)));
  if (phi.kernel && Math.abs(mean) < negligible) {
    const { value, slope } = phi.kernel(q, q, centred);
    const { second, slopeSecond } = gaussianMoments(phi, q);
    return { value: ratio(value, second), slope: ratio(slope, slopeSecond) };
  }
  return nested(phi, mean * Math.sqrt(q), Math.sqrt(variance * q), centred);
}

function ratio(a: number, b: number): number {
  return b > 0 ? Math.max(-1, Math.min(1, a / b)) : 1;
}

const rule = gaussLegendre(8);
const reach = 8;

interface Nodes {
  readonly z: readonly number[];
  readonly weight: readonly number[];
}

/** Panels of width 2 over ±8 standard deviations, split at the kinks. */
function nodesFor(phi: Activation, mean: number, deviation: number): Nodes {
  const breaks = [-8, -6, -4, -2, 0, 2, 4, 6, 8, ...phi.kinks.map(({ at }) => (at - mean) / deviation)]
    .filter((z) => Math.abs(z) <= reach)
    .sort((a, b) => a - b);
  const z: number[] = [];
  const weight: number[] = [];
  for (let i = 1; i < breaks.length; i++) {
    const half = (breaks[i]! - breaks[i - 1]!) / 2;
    const middle = (breaks[i]! + breaks[i - 1]!) / 2;
    if (half < 1e-12) continue;
    rule.nodes.forEach((node, j) => {
      const at = middle + half * node;
      z.push(at);
      weight.push((half * rule.weights[j]! * Math.exp(-0.5 * at * at)) / Math.sqrt(2 * Math.PI));
    });
  }
  return { z, weight };
}

/** E φ², E φ and E φ′² over N(mean, variance). */
function shiftedMoments(phi: Activation, mean: number, variance: number): { second: number; mean: number; slopeSecond: number } {
  const deviation = Math.sqrt(Math.max(variance, 1e-300));
  const { z, weight } = nodesFor(phi, mean, deviation);
  let first = 0;
  let second = 0;
  let slopeSecond = 0;
  z.forEach((at, i) => {
    const x = mean + deviation * at;
    const value = phi.phi(x);
    first += weight[i]! * value;
    second += weight[i]! * value * value;
    slopeSecond += weight[i]! * phi.dphi(x) ** 2;
  });
  return { mean: first, second, slopeSecond };
}

function nested(phi: Activation, mean: number, deviation: number, c: number): PairCorrelations {
  const outer = nodesFor(phi, mean, deviation);
  const s = Math.sqrt((1 - c) * (1 + c));
  let value = 0;
  let slope = 0;
  let second = 0;
  let slopeSecond = 0;
  outer.z.forEach((a, i) => {
    const centre = mean + deviation * c * a;
    const inner = nodesFor(phi, centre, deviation * s);
    let phiMean = 0;
    let slopeMean = 0;
    inner.z.forEach((b, j) => {
      const x = centre + deviation * s * b;
      phiMean += inner.weight[j]! * phi.phi(x);
      slopeMean += inner.weight[j]! * phi.dphi(x);
    });
    const x = mean + deviation * a;
    const weight = outer.weight[i]!;
    value += weight * phi.phi(x) * phiMean;
    slope += weight * phi.dphi(x) * slopeMean;
    second += weight * phi.phi(x) ** 2;
    slopeSecond += weight * phi.dphi(x) ** 2;
  });
  return { value: ratio(value, second), slope: ratio(slope, slopeSecond) };
}

/**
 * The largest of m Gaussians with equal correlation ρ, through a rising φ: E φ(max)², E φ(max), E φ′(max)² and the correlation between
 * two windows that share only what all positions share.
 *
 * h_i = √q (√ρ z + √(1−ρ) ζ_i), so max h = √q (√ρ z + √(1−ρ) M) with M the largest of m independent standard normals.
 */
export function maximumMoments(
  phi: Activation,
  logQ: number,
  rho: number,
  m: number,
): { logSecond: number; mean: number; cBetween: number; logSlope: number } {
  const homogeneousLog = phi.homogeneous ? logQ : 0;
  const q = Math.exp(phi.homogeneous ? 0 : Math.max(-limit, Math.min(limit, logQ)));
  const shared = Math.sqrt(Math.max(0, Math.min(1, rho)));
  const own = Math.sqrt(1 - shared * shared);
  const { z, weight } = nodesFor(phi, 0, 1);
  const largest = z.map((at, i) => weight[i]! * m * normalCdf(at) ** (m - 1));
  let second = 0;
  let first = 0;
  let between = 0;
  let slope = 0;
  z.forEach((common, i) => {
    let mean = 0;
    z.forEach((at, j) => {
      const x = Math.sqrt(q) * (shared * common + own * at);
      const value = phi.phi(x);
      mean += largest[j]! * value;
      second += weight[i]! * largest[j]! * value * value;
      slope += weight[i]! * largest[j]! * phi.dphi(x) ** 2;
    });
    first += weight[i]! * mean;
    between += weight[i]! * mean * mean;
  });
  return {
    logSecond: Math.log(second) + homogeneousLog,
    mean: first / Math.sqrt(second),
    cBetween: between / second,
    logSlope: Math.log(slope),
  };
}
