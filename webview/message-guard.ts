import type {
  Band,
  BiasReport,
  BlockStack,
  CallReport,
  Charts,
  CirclePoint,
  ConstructorEnd,
  CriticalPoint,
  FileReport,
  Finding,
  Fix,
  GraphNodeReport,
  InitializerSite,
  Isometry,
  JacobianSpectrum,
  LayerReport,
  LocalTheory,
  Logits,
  Measured,
  Missing,
  ModelReport,
  PhasePlane,
  Position,
  Problem,
  PropagationPoint,
  Range,
  Reach,
  SimulatedPoint,
  Simulation,
  Spread,
  Summary,
  ToWebview,
  Uncertainty,
  Unknown,
  WeightReport,
} from '../language-server/protocol.js';
import { dictionary, either, flag, index, list, nullable, number, oneOf, optional, record, type Shape, text } from './shape.js';

/**
 * The message if it is one that the panel understands, else `null`: what does not fit is dropped, never half used.
 * A report that does not fit becomes an error, because a reader who waits for it must not wait for ever.
 */
export function readMessage(data: unknown): ToWebview | null {
  if (messages.some((shape) => shape(data))) return data as ToWebview;
  return isReport(data) ? { type: 'error', message: 'The report has a form that this panel cannot read.' } : null;
}

const isReport = record<{ type: 'report' }>({ type: oneOf('report') });

type Message<Type extends ToWebview['type']> = Extract<ToWebview, { type: Type }>;

const position = record<Position>({ line: index, character: index });
const range = record<Range>({ start: position, end: position, cell: optional(index) });
const infinite = oneOf('infinity');
const known = nullable(number);
const scale = nullable(either(number, infinite));
const phase = nullable(oneOf('ordered', 'critical', 'chaotic'));

const distributed = {
  distribution: text,
  mean: known,
  variance: known,
  source: text,
  sourceRange: nullable(range),
  formula: nullable(text),
  given: optional(dictionary(either(number, text))),
  kept: optional(flag),
  redrawn: optional(flag),
  loaded: optional(flag),
  byFramework: optional(flag),
};

const local = record<LocalTheory>({
  qStar: scale,
  chi1: known,
  cStar: known,
  xiQ: scale,
  xiC: scale,
  xiGrad: scale,
  phase,
  critical: nullable(record<CriticalPoint>({ sigmaW2: number, sigmaB2: number, qStar: number, attracting: flag })),
});

const layer = record<LayerReport>({
  path: text,
  kind: text,
  range,
  fanIn: known,
  fanOut: known,
  summands: known,
  weight: nullable(record<WeightReport>({ ...distributed, sigmaW2: known })),
  bias: nullable(record<BiasReport>({ ...distributed, sigmaB2: known })),
  activation: nullable(text),
  activationParameters: dictionary(number),
  keep: number,
  groups: optional(number),
  factor: optional(number),
  normalized: optional(flag),
  packed: optional(flag),
  forgetBias: optional(known),
  chiTime: optional(number),
  logits: optional(flag),
  local: nullable(local),
});

const spread = record<Spread>({ shift: number, deviation: number });

const point = record<PropagationPoint>({
  path: text,
  operation: text,
  range,
  q: scale,
  c: known,
  chi: known,
  taken: optional(number),
  gradient: known,
  logGradient: known,
  band: optional(nullable(record<Band>({ q: nullable(spread), gradient: nullable(spread) }))),
});

const summary = record<Summary>({
  mode: oneOf('train', 'eval'),
  phase,
  chi1: known,
  xiC: scale,
  xiQ: scale,
  xiGrad: scale,
  depth: index,
  trainableDepth: scale,
  log10GradientRatio: known,
  log10ActivationGradient: known,
  log10TakenByMeans: optional(number),
  gradientReference: optional(text),
  log10SignalRatio: known,
  blocks: list(
    record<BlockStack>({
      first: text,
      last: text,
      count: index,
      chi: number,
      signal: known,
      law: nullable(oneOf('bounded', 'exponential', 'power')),
      log10Gradient: number,
    }),
  ),
  isometry: nullable(
    record<Isometry>({
      mean: number,
      variance: known,
      max: known,
      score: known,
      orthogonal: known,
      depth: index,
      singularValues: known,
      readout: nullable(text),
    }),
  ),
  uncertainty: nullable(
    record<Uncertainty>({
      log10Gradient: number,
      activationGradient: optional(spread),
      gradientRatio: optional(nullable(spread)),
      signalRatio: optional(nullable(spread)),
      trust: optional(oneOf('reliable', 'order-of-magnitude', 'seed-dependent')),
    }),
  ),
  verdict: text,
  assumptions: list(text),
  unknown: list(record<Unknown>({ reason: text, range, path: nullable(text) })),
});

const edge: Shape<[number, number]> = (value): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(index);

const triple: Shape<[number, number, number]> = (value): value is [number, number, number] =>
  Array.isArray(value) && value.length === 3 && value.every(number);

const finding = record<Finding>({
  rule: text,
  severity: oneOf('error', 'warning', 'information', 'hint'),
  message: text,
  range,
  related: list(record<Finding['related'][number]>({ message: text, range })),
  fix: nullable(record<Fix>({ title: text, edits: list(record<Fix['edits'][number]>({ range, newText: text })) })),
});

const constructorEnd = { position, indent: text, lineEnd: text, self: text };
const site = optional(nullable(record<ConstructorEnd>(constructorEnd)));

const model = record<ModelReport>({
  name: text,
  entry: text,
  framework: text,
  range,
  arguments: list(record<ModelReport['arguments'][number]>({ name: text, value: text, source: text })),
  chosen: optional(list(record<NonNullable<ModelReport['chosen']>[number]>({ name: text, value: text }))),
  layers: list(layer),
  graph: record<ModelReport['graph']>({
    nodes: list(
      record<GraphNodeReport>({ id: number, kind: text, operation: text, path: text, range, shape: nullable(list(known)) }),
    ),
    edges: list(edge),
  }),
  propagation: list(point),
  summary,
  findings: list(finding),
  definition: optional(nullable(range)),
  initializerSite: optional(nullable(record<InitializerSite>({ ...constructorEnd, namespace: text }))),
  logits: optional(nullable(record<Logits>({ path: text, classes: number, variance: number, tied: flag }))),
  calls: optional(
    list(
      record<CallReport>({
        range,
        callee: record<CallReport['callee']>({ text, range }),
        arguments: list(record<CallReport['arguments'][number]>({ name: nullable(text), text, range })),
        tensors: index,
        dimensions: known,
      }),
    ),
  ),
  reach: optional(
    record<Reach>({
      undefinedTensors: list(record<Reach['undefinedTensors'][number]>({ path: text, range, unless: optional(text), site })),
      unregistered: list(
        record<Reach['unregistered'][number]>({
          path: text,
          container: oneOf('list', 'tuple', 'dict'),
          range,
          kinds: list(text),
          value: optional(nullable(record<{ range: Range; keys: string[] }>({ range, keys: list(text) }))),
        }),
      ),
      overwritten: list(
        record<Reach['overwritten'][number]>({
          paths: list(text),
          call: text,
          range,
          winner: text,
          winnerRange: range,
          loaded: optional(flag),
          recomputed: optional(flag),
        }),
      ),
      copies: list(record<Reach['copies'][number]>({ path: text, count: index, tensors: list(text), range })),
      uncalled: list(
        record<Reach['uncalled'][number]>({
          name: text,
          range,
          count: index,
          kept: text,
          takesModule: flag,
          owner: nullable(text),
          method: flag,
          site,
        }),
      ),
      leftOut: list(
        record<Reach['leftOut'][number]>({
          initializer: text,
          range,
          why: oneOf('deeper', 'later', 'nothing'),
          reached: index,
          kinds: list(text),
          paths: list(text),
          kept: text,
        }),
      ),
      nameTests: list(record<Reach['nameTests'][number]>({ text, range, names: list(text), full: flag, paths: list(text) })),
      zeroGradients: list(
        record<Reach['zeroGradients'][number]>({
          paths: list(text),
          causes: list(record<Reach['zeroGradients'][number]['causes'][number]>({ path: text, range })),
        }),
      ),
    }),
  ),
});

const file = record<FileReport>({
  file: text,
  framework: nullable(text),
  problems: list(record<Problem>({ message: text, range })),
  models: list(model),
});

const plane = record<PhasePlane>({
  activation: text,
  activationParameters: dictionary(number),
  keep: number,
  criticalLine: list(
    record<PhasePlane['criticalLine'][number]>({ sigmaW2: number, sigmaB2: number, qStar: number, attracting: flag }),
  ),
  note: nullable(text),
  grid: record<PhasePlane['grid']>({ sigmaW2: list(number), sigmaB2: list(number), chi1: list(known) }),
  layers: list(index),
});

const missing = record<Missing>({ missing: text });
const spectrum = record<JacobianSpectrum>({
  s: list(number),
  density: list(number),
  below: list(number),
  atoms: list(record<JacobianSpectrum['atoms'][number]>({ s: number, share: number })),
  max: number,
  quantiles: triple,
  near: number,
  log10RootMeanSquare: number,
});
const circle = record<{ points: CirclePoint[] }>({
  points: list(record<CirclePoint>({ path: text, logLength: number, turning: either(number, infinite), corners: known })),
});

const measured = nullable(record<Measured>({ mean: number, deviation: number }));

const simulation = record<Simulation>({
  draws: index,
  width: number,
  mapSize: nullable(index),
  points: list(
    record<SimulatedPoint>({
      q: measured,
      c: measured,
      gradient: measured,
      expected: record<SimulatedPoint['expected']>({ q: known, gradient: known }),
    }),
  ),
  stops: list(text),
});

const messages: Shape<ToWebview>[] = [
  record<Message<'report'>>({ type: oneOf('report'), file: text, version: number, report: file, model: index }),
  record<Message<'charts'>>({
    type: oneOf('charts'),
    version: number,
    model: index,
    charts: record<Charts>({ phasePlanes: list(plane), spectrum: either(spectrum, missing), circle: either(circle, missing) }),
  }),
  record<Message<'simulating'>>({ type: oneOf('simulating'), model: index, done: index, draws: index }),
  record<Message<'simulation'>>({
    type: oneOf('simulation'),
    version: number,
    model: index,
    simulation: nullable(simulation),
    reason: nullable(text),
  }),
  record<Message<'stale'>>({ type: oneOf('stale') }),
  record<Message<'error'>>({ type: oneOf('error'), message: text }),
];
