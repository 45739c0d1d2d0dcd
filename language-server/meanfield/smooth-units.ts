import type { Activation } from './activation.js';

type Shape = Omit<Activation, 'name' | 'parameters' | 'homogeneous' | 'kinks'>;

const smooth = (name: string, parameters: Record<string, number>, shape: Shape): Activation => ({
  name,
  parameters,
  homogeneous: false,
  kinks: [],
  ...shape,
});

/** 1/(1 + e^{−x}) through e^{−|x|}, which never overflows. */
function logistic(x: number): number {
  const decay = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

/** s(1 − s), exact in the tails where 1 − s would round to 0. */
function logisticSlope(x: number): number {
  const decay = Math.exp(-Math.abs(x));
  return decay / (1 + decay) ** 2;
}

const softplusAt = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 − tanh² without cancellation. */
function sechSquared(x: number): number {
  const decay = Math.exp(-2 * Math.abs(x));
  return (4 * decay) / (1 + decay) ** 2;
}

export const tanh = (): Activation =>
  smooth(
    'tanh',
    {},
    {
      phi: Math.tanh,
      dphi: sechSquared,
      d2phi: (x) => -2 * Math.tanh(x) * sechSquared(x),
      parity: 'odd',
      tails: [0, 0],
      scale: 1.5,
      settled: 20,
    },
  );

export const sigmoid = (): Activation =>
  smooth(
    'sigmoid',
    {},
    {
      phi: logistic,
      dphi: logisticSlope,
      d2phi: (x) => logisticSlope(x) * (1 - 2 * logistic(x)),
      parity: null,
      tails: [0, 0],
      scale: 3,
      settled: 42,
    },
  );

/** x·sigmoid(β x). Ramachandran et al. 2017, arXiv:1710.05941. */
export const silu = (beta: number): Activation =>
  smooth('silu', beta === 1 ? {} : { beta }, {
    phi: (x) => x * logistic(beta * x),
    dphi: (x) => logistic(beta * x) + beta * x * logisticSlope(beta * x),
    d2phi: (x) => beta * logisticSlope(beta * x) * (2 + beta * x * (1 - 2 * logistic(beta * x))),
    parity: null,
    tails: beta > 0 ? [0, 1] : [1, 0],
    scale: 3 / Math.max(Math.abs(beta), 1e-9),
    settled: 42 / Math.max(Math.abs(beta), 1e-9),
  });

/** ln(1 + e^{βx})/β. */
export const softplus = (beta: number): Activation =>
  smooth('softplus', beta === 1 ? {} : { beta }, {
    phi: (x) => softplusAt(beta * x) / beta,
    dphi: (x) => logistic(beta * x),
    d2phi: (x) => beta * logisticSlope(beta * x),
    parity: null,
    tails: [0, 1],
    scale: 3 / beta,
    settled: 42 / beta,
  });

export const logsigmoid = (): Activation =>
  smooth(
    'logsigmoid',
    {},
    {
      phi: (x) => -softplusAt(-x),
      dphi: (x) => logistic(-x),
      d2phi: (x) => -logisticSlope(x),
      parity: null,
      tails: [1, 0],
      scale: 3,
      settled: 42,
    },
  );

/** x·tanh(softplus x). Misra 2019, arXiv:1908.08681. */
export const mish = (): Activation =>
  smooth(
    'mish',
    {},
    {
      phi: (x) => x * Math.tanh(softplusAt(x)),
      dphi: (x) => Math.tanh(softplusAt(x)) + x * sechSquared(softplusAt(x)) * logistic(x),
      d2phi: (x) => {
        const t = Math.tanh(softplusAt(x));
        const s = logistic(x);
        const complement = sechSquared(softplusAt(x));
        return complement * s * (2 + x * (1 - s - 2 * t * s));
      },
      parity: null,
      tails: [0, 1],
      scale: 2,
      settled: 42,
    },
  );

/** x/(1 + |x|), whose φ″ jumps at 0. */
export const softsign = (): Activation => ({
  ...smooth(
    'softsign',
    {},
    {
      phi: (x) => x / (1 + Math.abs(x)),
      dphi: (x) => (1 + Math.abs(x)) ** -2,
      d2phi: (x) => -2 * Math.sign(x) * (1 + Math.abs(x)) ** -3,
      parity: 'odd',
      tails: [0, 0],
      scale: 1,
      settled: Number.POSITIVE_INFINITY,
    },
  ),
  kinks: [{ at: 0, jump: 0 }],
});

/** x − tanh x. */
export const tanhshrink = (): Activation =>
  smooth(
    'tanhshrink',
    {},
    {
      phi: (x) => (Math.abs(x) < 0.1 ? tanhshrinkNearZero(x) : x - Math.tanh(x)),
      dphi: (x) => Math.tanh(x) ** 2,
      d2phi: (x) => 2 * Math.tanh(x) * sechSquared(x),
      parity: 'odd',
      tails: [1, 1],
      scale: 1.5,
      settled: 20,
    },
  );

/** Taylor series of x − tanh x, whose direct form cancels near 0. */
function tanhshrinkNearZero(x: number): number {
  const y = x * x;
  return x * y * (1 / 3 - y * (2 / 15 - y * (17 / 315 - y * (62 / 2835 - y * (1382 / 155925 - y * (21844 / 6081075))))));
}

/** (x + √(x² + b))/2. Barron 2021, arXiv:2112.11687. */
export const squareplus = (b: number): Activation =>
  smooth('squareplus', b === 4 ? {} : { b }, {
    phi: (x) => (x >= 0 ? (x + Math.sqrt(x * x + b)) / 2 : b / (2 * (Math.sqrt(x * x + b) - x))),
    dphi: (x) => {
      const root = Math.sqrt(x * x + b);
      return x >= 0 ? (1 + x / root) / 2 : b / (2 * root * (root - x));
    },
    d2phi: (x) => b / (2 * (x * x + b) ** 1.5),
    parity: null,
    tails: [0, 1],
    scale: Math.sqrt(b) / 2,
    settled: Number.POSITIVE_INFINITY,
  });

/** ½x(1 + tanh(√(2/π)(x + 0.044715 x³))): `approximate='tanh'` in PyTorch, "gelu_new" elsewhere. */
export const geluTanh = (): Activation =>
  smooth(
    'gelu_tanh',
    {},
    {
      phi: (x) => x * logistic(2 * geluArgument(x)),
      dphi: (x) => logistic(2 * geluArgument(x)) + 2 * x * logisticSlope(2 * geluArgument(x)) * geluArgumentSlope(x),
      d2phi: (x) => {
        const u = geluArgument(x);
        const slope = geluArgumentSlope(x);
        const complement = sechSquared(u);
        const curvature = 6 * 0.044715 * Math.sqrt(2 / Math.PI) * x;
        return complement * slope + 0.5 * x * complement * (curvature - 2 * Math.tanh(u) * slope * slope);
      },
      parity: null,
      tails: [0, 1],
      scale: 0.8,
      settled: 9,
      bends: [1.6, 2.6, 3.8, 5.5],
    },
  );

const geluArgument = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
const geluArgumentSlope = (x: number): number => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
