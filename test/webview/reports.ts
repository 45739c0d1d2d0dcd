/**
 * Reports and charts for tests of the panel. Their numbers come from closed forms (ReLU) or a plain sum over a Gaussian grid (tanh), so
 * that they look like real ones; the panel only shows them, so nothing here judges the theory.
 */
import type {
  Charts,
  CirclePoint,
  FileReport,
  Finding,
  JacobianSpectrum,
  LayerReport,
  ModelReport,
  PhasePlane,
  PropagationPoint,
  Range,
  Summary,
} from '../../language-server/protocol.js';

export const line = (number: number, length = 20): Range => ({
  start: { line: number, character: 8 },
  end: { line: number, character: 8 + length },
});

interface Activation {
  name: string;
  /** E[φ(√q z)²], E[φ′(√q z)²]. */
  moment(q: number): number;
  slope(q: number): number;
}

export const relu: Activation = { name: 'relu', moment: (q) => q / 2, slope: () => 0.5 };
export const tanh: Activation = {
  name: 'tanh',
  moment: (q) => gaussianMean((z) => Math.tanh(Math.sqrt(q) * z) ** 2),
  slope: (q) => gaussianMean((z) => (1 - Math.tanh(Math.sqrt(q) * z) ** 2) ** 2),
};

function gaussianMean(f: (z: number) => number): number {
  let sum = 0;
  for (let z = -8; z <= 8; z += 0.1) sum += 0.1 * f(z) * Math.exp((-z * z) / 2);
  return sum / Math.sqrt(2 * Math.PI);
}

interface ChainLayer {
  path: string;
  kind: string;
  sigmaW2: number;
  sigmaB2: number;
  source?: string;
}

/** A chain of layers with one activation, and its signal: q forwards, the gradient backwards, c pulled towards 1 or away from it. */
export function chain(name: string, layers: ChainLayer[], activation: Activation, more: Partial<ModelReport> = {}): ModelReport {
  let q = 1;
  let c = 0.6;
  const chis: number[] = [];
  const forward = layers.map(({ sigmaW2, sigmaB2 }, index) => {
    const post = index === 0 ? 1 : activation.moment(q);
    q = sigmaW2 * post + sigmaB2;
    chis.push(sigmaW2 * activation.slope(q));
    if (index > 0) c = correlation(c, chis[index - 1]!);
    return { q, c };
  });
  const points = layers.map((layer, index): PropagationPoint => {
    const logGradient = chis.slice(index, -1).reduce((sum, chi) => sum + Math.log(chi), 0);
    const gradient = Math.exp(logGradient);
    return {
      path: layer.path,
      operation: layer.kind,
      range: line(10 + index),
      ...forward[index]!,
      chi: chis[index]!,
      gradient: gradient > 0 ? gradient : null,
      logGradient,
    };
  });
  const chi1 = Math.exp(chis.slice(0, -1).reduce((sum, chi) => sum + Math.log(chi), 0) / Math.max(1, chis.length - 1));
  return {
    name,
    entry: name,
    framework: 'pytorch',
    range: line(5),
    arguments: [],
    layers: layers.map((layer, index) => layerReport(layer, index, activation)),
    graph: { nodes: [], edges: [] },
    propagation: points.flatMap((point, index) =>
      index === points.length - 1
        ? [point]
        : [point, { ...point, path: '', operation: activation.name, q: activation.moment(point.q as number) }],
    ),
    summary: summary(chi1, layers.length, (points[0]?.logGradient ?? 0) / Math.LN10),
    findings: [],
    ...more,
  };
}

/** ReLU's arc-cosine map where χ is about 1, else an exponential approach; only the shape matters. */
const correlation = (c: number, chi: number) =>
  chi > 1.001
    ? 0.35 + (c - 0.35) * 0.7
    : chi > 0.99
      ? (Math.sqrt(1 - c * c) + c * (Math.PI - Math.acos(c))) / Math.PI
      : 1 - (1 - c) * chi;

function summary(chi1: number, depth: number, log10ActivationGradient: number): Summary {
  const xiC = Math.abs(Math.log(chi1)) < 1e-6 ? 'infinity' : 1 / Math.abs(Math.log(chi1));
  const phase = xiC === 'infinity' ? 'critical' : chi1 < 1 ? 'ordered' : 'chaotic';
  return {
    mode: 'train',
    phase,
    chi1,
    xiC,
    xiQ: xiC,
    xiGrad: xiC,
    depth,
    trainableDepth: xiC === 'infinity' ? 'infinity' : 6 * xiC,
    log10GradientRatio: -log10ActivationGradient / 2,
    log10ActivationGradient,
    log10SignalRatio: log10ActivationGradient,
    blocks: [],
    isometry: null,
    uncertainty: null,
    verdict:
      phase === 'critical'
        ? 'Signals and gradients keep their size through all layers.'
        : phase === 'ordered'
          ? 'Gradients shrink at every layer: the first layers hardly learn. Use kaiming_normal_ for the layers before a ReLU.'
          : 'Gradients grow at every layer: training is unstable from the first step on. Lower σ_w² to 1.76.',
    assumptions: ['Infinite width: corrections of order depth/width are left out.', 'Inputs have second moment 1.'],
    unknown: [],
  };
}

function layerReport({ path, kind, sigmaW2, sigmaB2, source }: ChainLayer, index: number, activation: Activation): LayerReport {
  const q = fixedPoint(activation, sigmaW2, sigmaB2);
  const chi1 = sigmaW2 * activation.slope(q);
  const near = Math.abs(chi1 - 1) < 1e-6;
  const xi = near ? 'infinity' : 1 / Math.abs(Math.log(chi1));
  const from = { source: source ?? 'PyTorch default', sourceRange: source ? line(40) : null, formula: '1/(3·fan_in)' };
  return {
    path,
    kind,
    range: line(10 + index),
    fanIn: 576,
    fanOut: 576,
    summands: 576,
    weight: { distribution: 'uniform', mean: 0, variance: sigmaW2 / 576, sigmaW2, ...from },
    bias: { distribution: sigmaB2 === 0 ? 'zeros' : 'uniform', mean: 0, variance: sigmaB2, sigmaB2, ...from },
    activation: activation.name,
    activationParameters: {},
    keep: 1,
    local: {
      qStar: q,
      chi1,
      cStar: 1,
      xiQ: xi,
      xiC: xi,
      xiGrad: xi,
      phase: near ? 'critical' : chi1 < 1 ? 'ordered' : 'chaotic',
      critical: { sigmaW2: 2, sigmaB2: 0, qStar: 1, attracting: true },
    },
  };
}

const finding = (rule: string, message: string, range: Range, more: Partial<Finding> = {}): Finding => ({
  rule,
  severity: 'warning',
  message,
  range,
  related: [],
  fix: null,
  ...more,
});

const vggPaths = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28].map((index) => `features.${index}`);

/** VGG-16 without normalization at PyTorch's defaults. */
export const vgg = chain(
  'VGG',
  [...vggPaths, 'classifier.0', 'classifier.3', 'classifier.6'].map((path) => ({
    path,
    kind: path.startsWith('features') ? 'Conv2d' : 'Linear',
    sigmaW2: 1 / 3,
    sigmaB2: 1 / (3 * 576),
  })),
  relu,
  {
    entry: 'vgg16',
    arguments: [{ name: 'init_weights', value: 'False', source: 'call in line 60' }],
    findings: [
      finding('vanishing-gradient', 'χ₁ = 0.167: the gradient shrinks to 2·10⁻⁶ on its way to the first layer.', line(10), {
        fix: { title: 'Initialize with kaiming_normal_', edits: [] },
      }),
      finding('deeper-than-trainable', '16 layers, but the signal survives 3 (6 ξ_c = 3.3).', line(5), {
        severity: 'information',
      }),
    ],
  },
);

/** An MLP with He's initialization: critical. */
export const heMlp = chain(
  'MLP',
  Array.from({ length: 12 }, (_, index) => ({
    path: `layers.${2 * index}`,
    kind: 'Linear',
    sigmaW2: 2,
    sigmaB2: 0,
    source: 'kaiming_normal_ (line 41)',
  })),
  relu,
);

/** tanh with σ_w² = 3: chaotic. */
export const chaoticTanh = chain(
  'DeepTanh',
  Array.from({ length: 50 }, (_, index) => ({
    path: `blocks.${index}.linear`,
    kind: 'Linear',
    sigmaW2: 3,
    sigmaB2: 0.05,
    source: 'normal_ (line 41)',
  })),
  tanh,
  {
    findings: [
      finding('exploding-gradient', 'χ₁ = 1.41: gradients grow by this factor in each layer, squared.', line(10), {
        severity: 'error',
      }),
    ],
  },
);

/** A chain so long that the gradient is 10⁻³⁸⁹ in its square, beyond any floating-point number. */
export const longChain = chain(
  'LongChain',
  Array.from({ length: 400 }, (_, index) => ({ path: `net.${2 * index}`, kind: 'Linear', sigmaW2: 0.2, sigmaB2: 0 })),
  relu,
);

const residualBase = chain(
  'ResNet',
  Array.from({ length: 20 }, (_, index) => ({
    path:
      index === 0
        ? 'conv1'
        : `layer${1 + Math.floor((index - 1) / 5)}.${Math.floor(((index - 1) % 5) / 2)}.conv${1 + (index % 2)}`,
    kind: 'Conv2d',
    sigmaW2: 2,
    sigmaB2: 0,
    source: 'kaiming_normal_ (line 41)',
  })),
  relu,
);

/** A residual network with layers that could not be understood. */
export const residual: ModelReport = {
  ...residualBase,
  layers: residualBase.layers.map((layer, index) =>
    index % 6 === 4
      ? { ...layer, kind: 'DropBlock', weight: null, bias: null, local: null, activation: null }
      : { ...layer, bias: null },
  ),
  propagation: residualBase.propagation.map((point, index) =>
    index > 20 && index < 27
      ? { ...point, q: null, c: null, chi: null, gradient: null, logGradient: null }
      : index > 32
        ? { ...point, q: 'infinity' as const }
        : point,
  ),
  summary: {
    ...residualBase.summary,
    phase: null,
    xiC: null,
    trainableDepth: null,
    uncertainty: { log10Gradient: 0.4 },
    verdict: 'Parts of this network are not known, so its phase is not either.',
    unknown: [
      { reason: 'DropBlock comes from a library that is not followed.', range: line(14), path: 'layer1.1.conv1' },
      { reason: 'The width depends on an argument without a default.', range: line(20), path: null },
    ],
  },
};

/** A model of which nothing at all is known. */
export const nothingKnown: ModelReport = {
  ...vgg,
  name: '',
  entry: '',
  layers: vgg.layers.slice(0, 3).map((layer) => ({
    ...layer,
    path: '',
    fanIn: null,
    fanOut: null,
    summands: null,
    weight: null,
    bias: null,
    activation: null,
    local: null,
  })),
  propagation: [],
  findings: [],
  summary: {
    ...vgg.summary,
    phase: null,
    chi1: null,
    xiC: null,
    xiQ: null,
    xiGrad: null,
    depth: 0,
    trainableDepth: null,
    log10GradientRatio: null,
    log10ActivationGradient: null,
    log10SignalRatio: null,
    verdict: '',
    assumptions: [],
  },
};

export const hostileText = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';

/** Names as an attacker would choose them, in every text of the report. */
export const hostile: ModelReport = {
  ...vgg,
  name: hostileText,
  entry: `javascript:${hostileText}`,
  framework: hostileText,
  arguments: [{ name: hostileText, value: hostileText, source: hostileText }],
  layers: vgg.layers.map((layer) => ({
    ...layer,
    path: hostileText,
    kind: hostileText,
    activation: hostileText,
    weight: { ...layer.weight!, source: hostileText, distribution: hostileText },
  })),
  propagation: vgg.propagation.map((point) => ({ ...point, path: hostileText, operation: hostileText })),
  findings: [finding(hostileText, hostileText, line(10), { fix: { title: hostileText, edits: [] } })],
  summary: {
    ...vgg.summary,
    verdict: hostileText,
    assumptions: [hostileText],
    unknown: [{ reason: hostileText, range: line(3), path: hostileText }],
  },
};

export const fileOf = (...models: ModelReport[]): FileReport => ({
  file: '/models/vgg.py',
  framework: 'pytorch',
  problems: [],
  models,
});

/** A file in which nothing was recognised. */
export const empty: FileReport = { file: '/models/train.py', framework: null, problems: [], models: [] };

/** The planes of a model with one activation: q* by iteration on a coarse grid. */
export function chartsOf(model: ModelReport, activation: Activation): Charts {
  const axis = (limit: number) => Array.from({ length: 25 }, (_, index) => (limit * index) / 24);
  const [sigmaW2, sigmaB2] = [axis(4), axis(0.5)];
  const chi1 = sigmaB2.flatMap((b) => sigmaW2.map((w) => chi1At(activation, w, b)));
  const linear = activation === relu;
  const criticalLine = linear
    ? sigmaB2.slice(0, 1).map((b) => ({ sigmaW2: 2, sigmaB2: b, qStar: 1, attracting: true }))
    : Array.from({ length: 30 }, (_, index) => {
        const q = 0.05 * (index + 1) ** 1.2;
        const w = 1 / activation.slope(q);
        return { sigmaW2: w, sigmaB2: q - w * activation.moment(q), qStar: q, attracting: true };
      });
  const plane: PhasePlane = {
    activation: activation.name,
    activationParameters: {},
    keep: 1,
    criticalLine,
    note: linear ? 'ReLU is critical at (2, 0) alone: with a bias q grows without bound once σ_w² ≥ 2.' : null,
    grid: { sigmaW2, sigmaB2, chi1 },
    layers: model.layers.map((_, index) => index),
  };
  return { phasePlanes: [plane], spectrum: quarterCircle(linear ? 0.5 : 0), circle: { points: circleOf(model, linear) } };
}

/** Singular values of one Gaussian matrix, √(4 − s²)/π on (0, 2), beside directions that are lost; scaled to a root mean square of 1. */
function quarterCircle(lost: number): JacobianSpectrum {
  const edge = 2 / Math.sqrt(1 - lost);
  const s = Array.from({ length: 120 }, (_, index) => (edge * (index + 1)) / 121);
  const below = s.map((value) => {
    const x = value / edge;
    return lost + (1 - lost) * (2 / Math.PI) * (x * Math.sqrt(1 - x * x) + Math.asin(x));
  });
  const quantile = (share: number) => (share <= lost ? 0 : (s.find((_, index) => below[index]! >= share) ?? edge));
  return {
    s,
    density: s.map((value) => ((1 - lost) * 4 * Math.sqrt(1 - (value / edge) ** 2)) / (Math.PI * edge)),
    below,
    atoms: lost > 0 ? [{ s: 0, share: lost }] : [],
    max: edge,
    quantiles: [quantile(0.05), quantile(0.5), quantile(0.95)],
    near: 0.1,
    log10RootMeanSquare: -1.5,
  };
}

const circleOf = ({ layers }: ModelReport, corners: boolean): CirclePoint[] =>
  layers.map(({ path }, index) => ({
    path,
    logLength: -0.9 * index,
    turning: corners ? (index === 0 ? 1 : 'infinity') : Math.sqrt(1 + 0.7 * index),
    corners: corners ? 2 : null,
  }));

function chi1At(activation: Activation, sigmaW2: number, sigmaB2: number): number | null {
  if (activation === relu) return sigmaW2 >= 2 && sigmaB2 > 0 ? null : sigmaW2 / 2;
  return sigmaW2 * activation.slope(fixedPoint(activation, sigmaW2, sigmaB2));
}

function fixedPoint(activation: Activation, sigmaW2: number, sigmaB2: number): number {
  let q = 1;
  for (let step = 0; step < 60; step++) q = sigmaW2 * activation.moment(q) + sigmaB2;
  return q;
}
