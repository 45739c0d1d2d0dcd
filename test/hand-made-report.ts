import type { FileReport, GraphNodeReport, LayerReport, LocalTheory, ModelReport, Range } from '../language-server/protocol.js';

/** One layer of a hand-made chain. */
export interface ChainLayer {
  readonly chi1: number | null;
  readonly activation?: string;
  readonly parameters?: Record<string, number>;
  readonly sigmaW2?: number;
  readonly source?: string;
  /** Written by a call in the user's code instead of the framework. */
  readonly written?: boolean;
  readonly keep?: number;
  readonly normalized?: boolean;
  readonly critical?: LocalTheory['critical'];
}

/**
 * The report of a chain of dense layers, one a line from line 10 on, each followed by its activation. The last layer has none.
 * Its numbers are those that are given, so that a test of a rule does not rest on the theory.
 */
export function chain(layers: readonly ChainLayer[], summary: Partial<ModelReport['summary']> = {}): ModelReport {
  const nodes: GraphNodeReport[] = [];
  const node = (kind: string, operation: string, path: string, range: Range) =>
    nodes.push({ id: nodes.length, kind, operation, path, range, shape: null });
  node('input', 'input', '', at(20, 0, 4));
  layers.forEach((layer, index) => {
    node('affine', 'Linear', `layers.${index}`, layerRange(index));
    if (layer.normalized) node('normalization', 'LayerNorm', `norms.${index}`, layerRange(index));
    if (layer.activation) node('activation', layer.activation, '', at(40 + index, 8, 20));
  });
  const chis = layers.map(({ chi1 }) => chi1);
  const nats = chis.slice(0, -1).reduce<number>((sum, chi) => sum + Math.log(chi ?? 1), 0);
  return {
    name: 'Net',
    entry: 'Net',
    framework: 'pytorch',
    range: at(5, 6, 9),
    arguments: [],
    layers: layers.map(layerReport),
    graph: { nodes, edges: nodes.slice(1).map(({ id }): [number, number] => [id - 1, id]) },
    propagation: layers.map((_, index) => ({
      path: `layers.${index}`,
      operation: 'Linear',
      range: layerRange(index),
      q: 1,
      c: 0.5,
      chi: index === 0 ? null : chis[index - 1]!,
      gradient: 1,
      logGradient: chis.slice(index, -1).reduce<number>((sum, chi) => sum + Math.log(chi ?? 1), 0),
    })),
    summary: {
      mode: 'train',
      phase: nats < -0.5 ? 'ordered' : nats > 0.5 ? 'chaotic' : 'critical',
      chi1: Math.exp(nats / Math.max(1, layers.length - 1)),
      xiC: null,
      xiQ: null,
      xiGrad: null,
      depth: layers.length,
      trainableDepth: null,
      log10GradientRatio: null,
      log10ActivationGradient: null,
      log10SignalRatio: null,
      blocks: [],
      isometry: null,
      uncertainty: null,
      verdict: '',
      assumptions: [],
      unknown: [],
      ...summary,
    },
    findings: [],
  };
}

/** The same hidden layer repeated, with a last layer that has no activation. */
export function repeated(count: number, layer: ChainLayer, summary: Partial<ModelReport['summary']> = {}): ModelReport {
  return chain([...Array.from({ length: count - 1 }, () => layer), { chi1: null }], summary);
}

export function fileOf(...models: ModelReport[]): FileReport {
  return { file: 'model.py', framework: 'PyTorch', problems: [], models };
}

export function at(line: number, from: number, to: number): Range {
  return { start: { line, character: from }, end: { line, character: to } };
}

export const layerRange = (index: number): Range => at(10 + index, 18, 38);

function layerReport(layer: ChainLayer, index: number): LayerReport {
  const { chi1, activation = null, sigmaW2 = 1 / 3, written = false } = layer;
  const source = layer.source ?? (written ? `xavier_normal_ (line ${index + 30})` : 'PyTorch default');
  return {
    path: `layers.${index}`,
    kind: 'Linear',
    range: layerRange(index),
    fanIn: 256,
    fanOut: 256,
    summands: 256,
    weight: {
      distribution: 'uniform',
      mean: 0,
      variance: sigmaW2 / 256,
      source,
      sourceRange: written ? at(29 + index, 8, 30) : null,
      formula: '1/(3·fan_in)',
      sigmaW2,
    },
    bias: null,
    activation,
    activationParameters: layer.parameters ?? {},
    keep: layer.keep ?? 1,
    normalized: layer.normalized ?? false,
    local: {
      qStar: 0,
      chi1,
      cStar: 1,
      xiQ: null,
      xiC: chi1 === null || chi1 === 1 ? null : 1 / Math.abs(Math.log(chi1)),
      xiGrad: null,
      phase: chi1 === null ? null : chi1 < 1 ? 'ordered' : 'chaotic',
      critical: layer.critical ?? null,
    },
  };
}
