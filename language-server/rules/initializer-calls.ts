import type { CriticalPoint } from '../protocol.js';

/** How a user writes an initializer that neither shrinks nor grows squared gradients. */
export interface InitializerCall {
  /** The call on a weight `w`. */
  readonly weight: string;
  /** The call on a bias `b`; `null`: biases are zero. */
  readonly bias: string | null;
  readonly sigmaW2: number;
  readonly sigmaB2: number;
}

/**
 * The initializer that fits an activation, in a framework's own words.
 *
 * Where a framework has no name for it, it is written out from the critical point (σ_w², σ_b²) of the activation.
 *
 * @param critical from the report; `null` where the activation has no critical initialization (softplus, sigmoid)
 * @param factor constant that multiplies the layer's output before the activation, as in sin(30·Wx)
 * @returns null where nothing fits
 */
export function initializerCall(
  framework: string,
  activation: string,
  parameters: Readonly<Record<string, number>>,
  critical: CriticalPoint | null,
  factor = 1,
): InitializerCall | null {
  const table = frameworks[framework.toLowerCase()];
  if (!table) return null;
  const named = table.named[activation]?.(parameters);
  if (named && factor === 1) return named;
  if (activation === 'sin') return table.sine(factor);
  if (named) return table.written({ ...withoutLimit, sigmaW2: named.sigmaW2 / factor ** 2 });
  return critical && critical.sigmaW2 > 0 ? table.written(critical) : null;
}

const withoutLimit = { sigmaB2: 0, qStar: 0, attracting: true };

interface CallTable {
  readonly named: Readonly<Record<string, (parameters: Readonly<Record<string, number>>) => InitializerCall>>;
  readonly written: (critical: CriticalPoint) => InitializerCall;
  /** For sin(factor · Wx). */
  readonly sine: (factor: number) => InitializerCall;
}

/** σ_w² = 2/(1 + a²) keeps the length of a leaky rectifier's signals. He et al. 2015, arXiv:1502.01852, eq. 15. */
const leaky = (slope: number): InitializerCall => ({
  weight: `nn.init.kaiming_normal_(w, a=${Number(slope.toPrecision(4))})`,
  bias: null,
  sigmaW2: 2 / (1 + slope * slope),
  sigmaB2: 0,
});

const rectifier: InitializerCall = {
  weight: "nn.init.kaiming_normal_(w, nonlinearity='relu')",
  bias: null,
  sigmaW2: 2,
  sigmaB2: 0,
};

/** σ_w² = 1: LeCun normal, which self-normalizing networks need (Klambauer et al. 2017, arXiv:1706.02515). */
const lecun: InitializerCall = {
  weight: "nn.init.kaiming_normal_(w, nonlinearity='linear')",
  bias: null,
  sigmaW2: 1,
  sigmaB2: 0,
};

const frameworks: Readonly<Record<string, CallTable>> = {
  pytorch: {
    named: {
      relu: () => rectifier,
      relu6: () => rectifier,
      leaky_relu: ({ negative_slope = 0.01 }) => leaky(negative_slope),
      prelu: ({ negative_slope = 0.25 }) => leaky(negative_slope),
      linear: () => lecun,
      selu: () => lecun,
      // For odd φ with φ′(0) = 1 the critical line begins at σ_w² = 1 without biases (arXiv:1611.01232, fig. 1).
      tanh: () => lecun,
      erf: () => ({ ...lecun, weight: 'nn.init.normal_(w, std=(0.785 / fan_in) ** 0.5)', sigmaW2: Math.PI / 4 }),
      softsign: () => lecun,
      hardtanh: () => lecun,
      sin: () => lecun,
    },
    // U(±√(6/n)/ω) has σ_w² = 2/ω². Sitzmann et al. 2020, arXiv:2006.09661, section 3.2.
    sine: (factor) => {
      const bound = `(6 / fan_in) ** 0.5 / ${Number(Math.abs(factor).toPrecision(4))}`;
      return { weight: `nn.init.uniform_(w, -${bound}, ${bound})`, bias: null, sigmaW2: 2 / factor ** 2, sigmaB2: 0 };
    },
    written: ({ sigmaW2, sigmaB2 }) => ({
      weight: `nn.init.normal_(w, std=(${Number(sigmaW2.toPrecision(3))} / fan_in) ** 0.5)`,
      bias: sigmaB2 > 0 ? `nn.init.normal_(b, std=${Number(Math.sqrt(sigmaB2).toPrecision(3))})` : null,
      sigmaW2,
      sigmaB2,
    }),
  },
};
