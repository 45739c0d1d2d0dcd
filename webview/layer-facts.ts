import type {
  BiasReport,
  Finding,
  LayerReport,
  ModelReport,
  PropagationPoint,
  Range,
  WeightReport,
} from '../language-server/protocol.js';

export type Provenance = 'code' | 'default' | 'unknown';

/** A layer with what the rest of the report says of it. */
export interface LayerFacts {
  index: number;
  layer: LayerReport;
  /** Its first place in forward order; `null` where the network does not reach it. */
  point: PropagationPoint | null;
  findings: Finding[];
  provenance: Provenance;
  /** Who set weight and bias, in words. */
  source: string;
}

/** The layers of a model, each with its signal, its findings and where its numbers come from. */
export function layerFacts(model: ModelReport): LayerFacts[] {
  const points = new Map<string, PropagationPoint>();
  for (const point of model.propagation) if (!points.has(point.path)) points.set(point.path, point);
  return model.layers.map((layer, index) => ({
    index,
    layer,
    point: points.get(layer.path) ?? null,
    findings: model.findings.filter((finding) => concerns(finding, layer)),
    provenance: provenance(layer.weight),
    source: sources(layer),
  }));
}

/** How many weights and biases were read in the code, left at the framework's default, or could not be known. */
export function provenanceShares(model: ModelReport): Record<Provenance, number> {
  const shares = { code: 0, default: 0, unknown: 0 };
  for (const { weight, bias } of model.layers) {
    shares[provenance(weight)]++;
    if (bias) shares[provenance(bias)]++;
  }
  return shares;
}

/** A spread that depends on an unknown width still has a known σ², so that decides. */
function provenance(parameter: WeightReport | BiasReport | null): Provenance {
  if (!parameter) return 'unknown';
  const spread = 'sigmaW2' in parameter ? parameter.sigmaW2 : parameter.sigmaB2;
  if (spread === null && parameter.variance === null) return 'unknown';
  return parameter.sourceRange && !parameter.byFramework ? 'code' : 'default';
}

function sources({ weight, bias }: LayerReport): string {
  if (!weight) return 'unknown';
  if (!bias || bias.source === weight.source) return weight.source;
  return `${weight.source}; bias: ${bias.source}`;
}

const concerns = (finding: Finding, layer: LayerReport) =>
  overlaps(finding.range, layer.range) || finding.related.some(({ range }) => overlaps(range, layer.range));

const before = (a: Range['start'], b: Range['start']) => a.line < b.line || (a.line === b.line && a.character < b.character);
const overlaps = (a: Range, b: Range) => before(a.start, b.end) && before(b.start, a.end);
