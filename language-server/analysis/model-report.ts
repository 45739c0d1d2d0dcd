import type { Distribution, Location } from '../network/distribution.js';
import type { Layer, Network, Parameter, Shape } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';
import type { LayerTheory, Propagation } from '../propagation/propagate.js';
import type { Distributed, LayerReport, ModelReport, PropagationPoint, Summary } from '../protocol.js';
import { sameRange } from '../range.js';
import type { AnalyzeOptions } from './analyze.js';
import { forgetBiases } from './forget-bias.js';
import { logitLayers } from './logit-layers.js';
import { normalizedLayers } from './normalized-layers.js';
import { packedLayers } from './packed-layers.js';
import { reach, type Sites } from './reach/reach.js';

type Naming = Required<Pick<AnalyzeOptions, 'file' | 'nameLine'>> & { readonly sites: Sites };

/** What the evaluator found and what the theory says of it, as the report shows it. Findings and verdict are added later. */
export function modelReport(network: Network, { layers, points, summary, logits }: Propagation, naming: Naming): ModelReport {
  const normalized = normalizedLayers(network);
  const packed = packedLayers(network);
  const forget = forgetBiases(network);
  const heads = logitLayers(network);
  return {
    name: network.name,
    entry: network.entry,
    framework: network.framework,
    range: network.location.range,
    arguments: network.arguments.map(({ name, value, source }) => ({ name, value, source })),
    ...(network.chosen && { chosen: network.chosen.map(({ name, value }) => ({ name, value })) }),
    layers: network.layers.filter(hasWeights).map((layer) => {
      const report = layerReport(layer, layers.get(layer) ?? null, naming);
      report.normalized = normalized.has(layer.path);
      if (packed.has(layer)) report.packed = true;
      if (forget.has(layer)) report.forgetBias = forget.get(layer) ?? null;
      if (heads.has(layer)) report.logits = true;
      return report;
    }),
    graph: {
      nodes: network.nodes.map(({ id, kind, name, path, location, shape }) => ({
        id,
        kind,
        operation: name,
        path,
        range: location.range,
        shape: sizes(shape),
      })),
      edges: network.nodes.flatMap(({ id, inputs }) => inputs.map((from): [number, number] => [from, id])),
    },
    propagation: points.map(finitePoint),
    summary: {
      ...finiteSummary(summary),
      verdict: '',
      unknown: network.unknown.map(({ reason, location, path }) => ({ reason, range: location.range, path })),
    },
    findings: [],
    reach: reach(network, naming.file, naming.sites),
    logits: logits && { path: logits.layer.path, classes: logits.classes, variance: logits.variance, tied: logits.tied },
  };
}

/** Scales of normalizations and slopes of rectifiers start at constants: they are nodes of the graph, not layers to initialize. */
function hasWeights({ role }: Layer): boolean {
  return role !== 'normalization' && role !== 'slope';
}

function layerReport(layer: Layer, theory: LayerTheory | null, naming: Naming): LayerReport {
  const weight = lastWrite(layer.weight);
  const bias = lastWrite(layer.bias);
  // Fields that few layers have are added one by one: spreading them would cost ten times as much.
  const report: LayerReport = {
    path: layer.path,
    kind: layer.kind,
    range: layer.location.range,
    fanIn: number(layer.fanIn),
    fanOut: number(layer.fanOut),
    summands: number(layer.summands),
    weight: weight && {
      ...distributed(weight, naming),
      ...keptNote(layer.weight, layer),
      ...loadedNote(layer.weight),
      sigmaW2: finite(theory?.sigmaW2),
    },
    bias: bias && { ...distributed(bias, naming), ...keptNote(layer.bias, layer), sigmaB2: finite(theory?.sigmaB2) },
    activation: theory?.activation ?? null,
    activationParameters: { ...theory?.activationParameters },
    keep: finite(theory?.keep) ?? 1,
    local: theory?.local ?? null,
  };
  if (theory?.activation && theory.factor !== null && theory.factor !== 1) report.factor = finite(theory.factor)!;
  if (theory?.chiTime !== undefined && theory.chiTime !== null) report.chiTime = theory.chiTime;
  if (theory?.groups && theory.groups > 1) report.groups = theory.groups;
  return report;
}

/** The last write rules, as when the program runs. */
function lastWrite(parameter: Parameter | null): Distribution | null {
  return parameter?.writes.at(-1) ?? null;
}

/** What stands at the layer's own place was written by its constructor. */
function keptNote(parameter: Parameter | null, { location }: Layer): { kept?: true; redrawn?: true } {
  const last = lastWrite(parameter);
  if (!parameter || !last || parameter.touched) return {};
  const own = parameter.writes.filter(
    ({ source }) => source.kind === 'default' || (source.location !== null && samePlace(source.location, location)),
  );
  if (own.length === parameter.writes.length) return { kept: true };
  const same = own.some(({ family, formula }) => family === last.family && formula !== null && formula === last.formula);
  return same ? { redrawn: true } : {};
}

const samePlace = (a: Location, b: Location): boolean => a.file === b.file && sameRange(a.range, b.range);

/** Weights were loaded after the last write. */
function loadedNote(parameter: Parameter | null): { loaded?: true } {
  return parameter && parameter.loaded?.tensors.get(parameter) === parameter.writes.length ? { loaded: true } : {};
}

function distributed({ family, mean, variance, formula, source, given }: Distribution, { file, nameLine }: Naming): Distributed {
  const place = source.location?.file === file ? source.location : null;
  return {
    distribution: family,
    mean: number(mean),
    variance: number(variance),
    source: place && !source.byFramework ? `${source.text} (${nameLine(place.range.start.line)})` : source.text,
    sourceRange: place?.range ?? null,
    formula,
    ...(source.byFramework && { byFramework: true }),
    // What was scaled afterwards is not what these arguments say.
    ...(given && !source.changes && { given: { ...given } }),
  };
}

function sizes(shape: Shape): (number | null)[] | null {
  return shape?.map(number) ?? null;
}

function number(quantity: Quantity | null): number | null {
  return typeof quantity === 'number' ? finite(quantity) : null;
}

/** JSON has neither NaN nor Infinity: a number that is not known is `null`. */
function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function finitePoint(point: PropagationPoint): PropagationPoint {
  return {
    ...point,
    q: point.q === 'infinity' ? point.q : finite(point.q),
    c: finite(point.c),
    chi: finite(point.chi),
    gradient: finite(point.gradient),
    logGradient: finite(point.logGradient),
  };
}

function finiteSummary(summary: Propagation['summary']): Omit<Summary, 'unknown' | 'verdict'> {
  return { ...summary, chi1: finite(summary.chi1), log10GradientRatio: finite(summary.log10GradientRatio) };
}
