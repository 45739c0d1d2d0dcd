import type { Activation } from './activation.js';
import { erf as errorFunction, normalCdf, normalDensity } from './special-functions.js';

const { asin, cosh, exp, PI, sin, sinh, sqrt } = Math;

/** x Φ(x). Hendrycks & Gimpel 2016, arXiv:1606.08415; kernel: Tsuchida et al. 2020, arXiv:2002.08517. */
export const gelu = (): Activation => ({
  name: 'gelu',
  parameters: {},
  phi: (x) => x * normalCdf(x),
  dphi: (x) => normalCdf(x) + x * normalDensity(x),
  d2phi: (x) => (2 - x * x) * normalDensity(x),
  kinks: [],
  parity: null,
  homogeneous: false,
  tails: [0, 1],
  scale: 1,
  settled: 9,
  moments: (q) => {
    const v = q / (1 + 2 * q);
    const root = sqrt(1 + 2 * q);
    const angle = asin(q / (1 + q)) / (2 * PI);
    return {
      mean: q / sqrt(2 * PI * (1 + q)),
      second: q / 4 + q * angle + (q * q) / (PI * (1 + q) * root),
      slopeMean: 0.5,
      slopeSecond: 0.25 + angle + (q / (2 * PI * root)) * (2 / (1 + q) + 1 / (1 + 2 * q)),
      curvatureSecond: (4 - 4 * v + 3 * v * v) / (2 * PI * root),
    };
  },
  kernel: (q1, q2, c) => {
    const r = c * sqrt(q1 * q2);
    const delta = (1 + q1) * (1 + q2) - r * r;
    const d = 1 / (2 * PI * sqrt(delta));
    const g = 0.25 + asin(r / sqrt((1 + q1) * (1 + q2))) / (2 * PI);
    const inverses = 1 / (1 + q1) + 1 / (1 + q2);
    return { value: q1 * q2 * d + r * g + r * r * d * (inverses - 1), slope: g + r * d * (inverses + 1 / delta) };
  },
});

/** Williams 1997, "Computing with infinite networks". */
export const erf = (): Activation => ({
  name: 'erf',
  parameters: {},
  phi: errorFunction,
  dphi: (x) => (2 / sqrt(PI)) * exp(-x * x),
  d2phi: (x) => (-4 / sqrt(PI)) * x * exp(-x * x),
  kinks: [],
  parity: 'odd',
  homogeneous: false,
  tails: [0, 0],
  scale: 1,
  settled: 9,
  moments: (q) => ({
    mean: 0,
    second: (2 / PI) * asin((2 * q) / (1 + 2 * q)),
    slopeMean: 2 / sqrt(PI * (1 + 2 * q)),
    slopeSecond: 4 / (PI * sqrt(1 + 4 * q)),
    curvatureSecond: ((16 / PI) * q) / (1 + 4 * q) ** 1.5,
    secondSlope: 4 / (PI * (1 + 2 * q) * sqrt(1 + 4 * q)),
  }),
  kernel: (q1, q2, c) => {
    const r = c * sqrt(q1 * q2);
    const product = (1 + 2 * q1) * (1 + 2 * q2);
    return { value: (2 / PI) * asin((2 * r) / sqrt(product)), slope: 4 / (PI * sqrt(product - 4 * r * r)) };
  },
});

/** sin(w x), the activation of SIREN. Sitzmann et al. 2020, arXiv:2006.09661. */
export const sine = (w: number): Activation => ({
  name: 'sin',
  parameters: w === 1 ? {} : { w },
  phi: (x) => sin(w * x),
  dphi: (x) => w * Math.cos(w * x),
  d2phi: (x) => -w * w * sin(w * x),
  kinks: [],
  parity: 'odd',
  homogeneous: false,
  tails: [0, 0],
  scale: PI / w,
  settled: Number.POSITIVE_INFINITY,
  moments: (q) => {
    const damping = exp(-2 * w * w * q);
    const complement = -Math.expm1(-2 * w * w * q) / 2;
    return {
      mean: 0,
      second: complement,
      slopeMean: w * exp((-w * w * q) / 2),
      slopeSecond: (w * w * (1 + damping)) / 2,
      curvatureSecond: w ** 4 * complement,
      secondSlope: w * w * damping,
    };
  },
  kernel: (q1, q2, c) => oscillatingKernel(w, q1, q2, c, 1),
});

export const cosine = (): Activation => ({
  name: 'cos',
  parameters: {},
  phi: Math.cos,
  dphi: (x) => -sin(x),
  d2phi: (x) => -Math.cos(x),
  kinks: [],
  parity: 'even',
  homogeneous: false,
  tails: [0, 0],
  scale: PI,
  settled: Number.POSITIVE_INFINITY,
  moments: (q) => {
    const complement = -Math.expm1(-2 * q) / 2;
    return {
      mean: exp(-q / 2),
      second: 1 - complement,
      slopeMean: 0,
      slopeSecond: complement,
      curvatureSecond: 1 - complement,
      secondSlope: -exp(-2 * q),
    };
  },
  kernel: (q1, q2, c) => oscillatingKernel(1, q1, q2, c, -1),
});

/** E sin u sin v = e^{−(q₁+q₂)/2} sinh r, with cosh for cosines; exponents joined so that nothing overflows. */
function oscillatingKernel(w: number, q1: number, q2: number, c: number, sign: 1 | -1) {
  const half = (w * w * (q1 + q2)) / 2;
  const r = w * w * c * sqrt(q1 * q2);
  const joined = (ownSign: number) =>
    Math.abs(r) < 1 ? exp(-half) * (ownSign < 0 ? sinh(r) : cosh(r)) : (exp(r - half) + ownSign * exp(-r - half)) / 2;
  return { value: joined(-sign), slope: w * w * joined(sign) };
}

export const exponential = (): Activation => ({
  name: 'exponential',
  parameters: {},
  phi: exp,
  dphi: exp,
  d2phi: exp,
  kinks: [],
  parity: null,
  homogeneous: false,
  tails: null,
  scale: 1,
  settled: Number.POSITIVE_INFINITY,
  moments: (q) => ({
    mean: exp(q / 2),
    second: exp(2 * q),
    slopeMean: exp(q / 2),
    slopeSecond: exp(2 * q),
    curvatureSecond: exp(2 * q),
    secondSlope: 2 * exp(2 * q),
  }),
  kernel: (q1, q2, c) => {
    const both = exp((q1 + q2) / 2 + c * sqrt(q1 * q2));
    return { value: both, slope: both };
  },
});
