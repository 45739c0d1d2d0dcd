import type { FileReport, Finding, LayerReport, ModelReport, PropagationPoint, Range } from '../../language-server/protocol.js';

/** A place of one line; the formats print lines and columns counted from one. */
export const at = (line: number, character = 8): Range => ({
  start: { line, character },
  end: { line, character: character + 10 },
});

/** A chain of equal dense ReLU layers at PyTorch's defaults, as the theory has it: q falls by six a layer, χ₁ = 1/6. */
export function deepReluReport(depth: number): ModelReport {
  const layers = Array.from({ length: depth }, (_, index) => reluLayer(`layers.${2 * index}`, 12 + index));
  const propagation = layers.map(({ path }, index) => reluPoint(path, index, depth));
  return {
    name: 'DeepNet',
    entry: 'DeepNet',
    framework: 'pytorch',
    range: at(9, 6),
    arguments: [{ name: 'hidden', value: '256', source: 'default' }],
    layers,
    graph: { nodes: [], edges: [] },
    propagation,
    summary: {
      mode: 'train',
      phase: 'ordered',
      chi1: 1 / 6,
      xiC: 1 / Math.log(6),
      xiQ: 1 / Math.log(6),
      xiGrad: 1 / Math.log(6),
      depth,
      trainableDepth: 6 / Math.log(6),
      log10GradientRatio: 0,
      log10ActivationGradient: -(depth - 1) * Math.log10(6),
      log10SignalRatio: -(depth - 1) * Math.log10(6) - Math.log10(3),
      blocks: [],
      isometry: null,
      uncertainty: null,
      verdict: `Gradients vanish: they shrink by a factor of 6 in each of ${depth} layers. Initialize with kaiming_normal_(nonlinearity='relu').`,
      assumptions: ['Layers are wide and their weights independent.'],
      unknown: [{ reason: 'argument of type Any', range: at(40), path: 'head' }],
    },
    findings: [vanishing],
  };
}

export const vanishing: Finding = {
  rule: 'vanishing-gradient',
  severity: 'warning',
  message: 'χ₁ = 0.167: squared gradients shrink by this factor in each layer, so the first layers do not learn.',
  range: at(12),
  related: [{ message: 'the decay starts here', range: at(30) }],
  fix: { title: "Initialize with kaiming_normal_(nonlinearity='relu')", edits: [] },
};

export const fileReport = (models: ModelReport[], file = 'nets/deep.py'): FileReport => ({
  file,
  framework: 'pytorch',
  problems: [],
  models,
});

function reluLayer(path: string, line: number): LayerReport {
  const drawn = { distribution: 'uniform', mean: 0, source: 'PyTorch default', sourceRange: null, formula: '1/(3·fan_in)' };
  const variance = 1 / (3 * 256);
  return {
    path,
    kind: 'Linear',
    range: at(line),
    fanIn: 256,
    fanOut: 256,
    summands: 256,
    weight: { ...drawn, variance, sigmaW2: 1 / 3 },
    bias: { ...drawn, variance, sigmaB2: variance },
    activation: 'relu',
    activationParameters: {},
    keep: 1,
    local: {
      qStar: variance / (1 - 1 / 6),
      chi1: 1 / 6,
      cStar: 1,
      xiQ: 1 / Math.log(6),
      xiC: 1 / Math.log(6),
      xiGrad: 1 / Math.log(6),
      phase: 'ordered',
      critical: { sigmaW2: 2, sigmaB2: 0, qStar: 1, attracting: true },
    },
  };
}

function reluPoint(path: string, index: number, depth: number): PropagationPoint {
  const logGradient = -(depth - 1 - index) * Math.log(6);
  return {
    path,
    operation: 'Linear',
    range: at(12 + index),
    q: 6 ** -index / 3,
    c: 0.9,
    chi: 1 / 6,
    gradient: Math.exp(logGradient),
    logGradient,
  };
}
