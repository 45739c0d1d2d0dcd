import type { Activation, PairMoments } from './activation.js';

export const relu = (): Activation => ({ ...slopes(0, 1), name: 'relu', parameters: {} });

/** x for x > 0, else a x. The slope of `prelu` is that at initialization. */
export const leakyRelu = (name: string, negativeSlope: number): Activation => ({
  ...slopes(negativeSlope, 1),
  name,
  parameters: { negative_slope: negativeSlope },
});

export const absolute = (): Activation => ({ ...slopes(-1, 1), name: 'abs', parameters: {} });

export const linear = (): Activation => ({ ...slopes(1, 1), name: 'linear', parameters: {} });

export const rectifierFamily = (negativeSlope: number): Omit<Activation, 'name' | 'parameters'> => slopes(negativeSlope, 1);

/** max(0, x)²: its kernels are those of degree 2 and 1 of Cho & Saul 2009. So et al. 2021, arXiv:2109.08668. */
export const squaredRelu = (): Activation => ({
  name: 'squared_relu',
  parameters: {},
  phi: (x) => (x > 0 ? x * x : 0),
  dphi: (x) => (x > 0 ? 2 * x : 0),
  d2phi: (x) => (x > 0 ? 2 : 0),
  kinks: [{ at: 0, jump: 0 }],
  parity: null,
  homogeneous: false,
  tails: null,
  scale: Number.POSITIVE_INFINITY,
  settled: Number.POSITIVE_INFINITY,
  moments: (q) => ({
    mean: q / 2,
    second: 1.5 * q * q,
    slopeMean: 2 * Math.sqrt(q / (2 * Math.PI)),
    slopeSecond: 2 * q,
    curvatureSecond: 2,
    secondSlope: 3 * q,
  }),
  kernel: (q1, q2, c) => {
    const [sine, theta] = [Math.sqrt((1 - c) * (1 + c)), angle(c)];
    const value = (3 * sine * c + (Math.PI - theta) * (1 + 2 * c * c)) / (2 * Math.PI);
    return { value: q1 * q2 * value, slope: 4 * pairMoments(0, 1, Math.sqrt(q1 * q2), c).value };
  },
});

/**
 * Two rays from the origin: φ = s₋ x for x < 0, s₊ x for x > 0. Kernels are the arc-cosine kernels of Cho & Saul 2009 (degree 1 and 0),
 * written in the angle θ between the inputs, which keeps 1 − c to full relative accuracy.
 */
function slopes(left: number, right: number): Omit<Activation, 'name' | 'parameters'> {
  const jump = right - left;
  const gain = (left * left + right * right) / 2;
  return {
    phi: (x) => (x > 0 ? right * x : left * x),
    dphi: (x) => (x > 0 ? right : left),
    d2phi: () => 0,
    kinks: jump === 0 ? [] : [{ at: 0, jump }],
    parity: jump === 0 ? 'odd' : left === -right ? 'even' : null,
    homogeneous: true,
    tails: [left, right],
    scale: Number.POSITIVE_INFINITY,
    settled: 0,
    moments: (q) => ({
      mean: jump * Math.sqrt(q / (2 * Math.PI)),
      second: gain * q,
      slopeMean: (left + right) / 2,
      slopeSecond: gain,
      curvatureSecond: jump === 0 ? 0 : Number.POSITIVE_INFINITY,
      secondSlope: gain,
    }),
    kernel: (q1, q2, c) => pairMoments(left, right, Math.sqrt(q1 * q2), c),
    difference: (q, gap) => q * (left * right * gap + jump * jump * reluDifference(gap)),
  };
}

/** Between two inputs. */
const angle = (c: number): number => Math.atan2(Math.sqrt((1 - c) * (1 + c)), c);

/** φ = s₋ x + (s₊ − s₋) relu(x), and E[u relu(v)] = r/2. */
function pairMoments(left: number, right: number, geometricMean: number, c: number): PairMoments {
  const jump = right - left;
  const theta = angle(c);
  const reluSlope = (Math.PI - theta) / (2 * Math.PI);
  const reluValue = (geometricMean * Math.sin(theta)) / (2 * Math.PI) + geometricMean * c * reluSlope;
  return {
    value: left * right * geometricMean * c + jump * jump * reluValue,
    slope: left * right + jump * jump * reluSlope,
  };
}

/** ½E[(relu(u) − relu(v))²] at q = 1: ((π − θ)(1 − cos θ) + θ − sin θ)/(2π) with 1 − cos θ = gap. */
function reluDifference(gap: number): number {
  const theta = 2 * Math.asin(Math.sqrt(Math.min(1, gap / 2)));
  return ((Math.PI - theta) * gap + minusSine(theta)) / (2 * Math.PI);
}

/** θ − sin θ; its Taylor series where the difference would cancel. */
function minusSine(theta: number): number {
  if (theta > 0.5) return theta - Math.sin(theta);
  let term = theta ** 3 / 6;
  let sum = term;
  for (let k = 5; Math.abs(term) > 1e-18 * sum; k += 2) {
    term *= -(theta * theta) / (k * (k - 1));
    sum += term;
  }
  return sum;
}
