import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { Analyzer } from '../../language-server/analysis/analyzer.js';
import type { BiasReport, FileReport, LayerReport, ModelReport, WeightReport } from '../../language-server/protocol.js';
import { loadParser } from '../python-parser.js';

// What PyTorch builds from each fixture stands beside it as JSON; test/oracle/fixture-truth.py writes it.

interface Moments {
  mean: number;
  meanError: number;
  variance: number;
  varianceError: number;
}

interface TrueLayer {
  path: string;
  kind: string;
  fanIn: number;
  fanOut: number;
  weight: Moments;
  bias: Moments | null;
  /** Whether `forward` calls it. */
  called: boolean;
  activation: string | null;
}

interface TrueModel {
  entry: string;
  layers: TrueLayer[];
}

const folder = fileURLToPath(new URL('../fixtures/evaluator/', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => name.slice(0, -3));

/** Kinds that the truth lists; normalization layers own weights as well. */
const layerKind =
  /^(Linear|Bilinear|Conv[123]d|ConvTranspose[123]d|RNN|LSTM|GRU|(RNN|LSTM|GRU)Cell|MultiheadAttention|Embedding(Bag)?)$/;

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = new Analyzer(await loadParser());
});

describe.each(names)('%s', (name) => {
  const source = readFileSync(`${folder}${name}.py`, 'utf8');
  const truth = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as TrueModel[];
  let report: FileReport;
  beforeAll(() => {
    report = analyzer.analyzeText(source, { file: `${name}.py` });
  });

  test(source.slice('# ### '.length, source.indexOf('\n')), () => {
    expect(report.problems).toEqual([]);
    const entries = report.models.map((model) => truth.find(({ entry }) => isCalled(model, entry))?.entry ?? model.entry);
    expect(entries.toSorted()).toEqual(truth.map(({ entry }) => entry).toSorted());
    for (const wanted of truth) {
      const model = report.models.find((candidate) => isCalled(candidate, wanted.entry))!;
      const unknown = model.summary.unknown.map(({ reason, range }) => `line ${range.start.line + 1}: ${reason}`);
      expect({ entry: wanted.entry, faults: faults(wanted, model), unknown }).toEqual({
        entry: wanted.entry,
        faults: [],
        unknown: [],
      });
    }
  });
});

function isCalled(model: ModelReport, entry: string): boolean {
  return model.entry === entry || model.name === entry;
}

/** In words, everything in which a model differs from what PyTorch built. */
function faults(wanted: TrueModel, model: ModelReport): string[] {
  // PyTorch lists the projection inside its attention as a layer of its own; naming it is optional.
  const layers = model.layers.filter((layer) => layerKind.test(layer.kind) && !layer.path.endsWith('.out_proj'));
  const expected = wanted.layers.map(({ path, kind }) => `${path}: ${kind}`);
  const found = layers.map(({ path, kind }) => `${path}: ${kind}`);
  if (expected.join() !== found.join()) return [`layers ${found.join(', ')} instead of ${expected.join(', ')}`];
  return wanted.layers.flatMap((truth, i) => {
    const layer = layers[i]!;
    return [
      ...fanFaults(truth, layer),
      ...momentFaults('weight', truth.weight, layer.weight),
      ...momentFaults('bias', truth.bias, layer.bias),
      ...activationFaults(truth, layer),
    ].map((fault) => `${truth.path}: ${fault}`);
  });
}

function fanFaults(truth: TrueLayer, layer: LayerReport): string[] {
  return (['fanIn', 'fanOut'] as const).flatMap((fan) =>
    layer[fan] === truth[fan] ? [] : [`${fan} ${layer[fan]} instead of ${truth[fan]}`],
  );
}

function momentFaults(name: string, truth: Moments | null, found: WeightReport | BiasReport | null): string[] {
  if (!truth || !found) return !truth === !found ? [] : [`${name} ${found ? 'where there is none' : 'is missing'}`];
  return (['mean', 'variance'] as const).flatMap((moment) => {
    const value = found[moment];
    // Four standard errors; constants are held in single precision.
    const tolerance = 4 * truth[`${moment}Error`] + 1e-6 * Math.abs(truth[moment]);
    return value !== null && Math.abs(value - truth[moment]) <= tolerance
      ? []
      : [`${moment} of ${name} ${value} instead of ${truth[moment]}`];
  });
}

/** A softmax is no activation of a layer in the theory, so naming it or not is equally right. */
function activationFaults(truth: TrueLayer, layer: LayerReport): string[] {
  const plain = (activation: string | null) => (activation === 'softmax' || activation === 'log_softmax' ? null : activation);
  if (!truth.called || plain(truth.activation) === plain(layer.activation)) return [];
  return [`activation ${layer.activation} instead of ${truth.activation}`];
}
