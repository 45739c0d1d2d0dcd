import { showNumber } from '../format-number.js';
import type { Fix, LayerReport, ModelReport, Severity } from '../protocol.js';
import { editCalls } from './edit-calls.js';
import { alsoThere } from './elsewhere.js';
import { fold } from './fold.js';
import { initializerCall } from './initializer-calls.js';
import type { Rule } from './rule.js';
import { shorten } from './shorten.js';

/**
 * Weights that are drawn around another value than zero, such as `nn.init.uniform_(w)`, which is U(0, 1).
 *
 * With mean μ and variance v the unit i gives hᵢ = μ Σⱼ xⱼ + noise: one number that is the same for all units, plus what makes them
 * differ. The average over the units is n·μ times the average of the n inputs, exactly in expectation, and the weight has a singular
 * value μ√(n·m) beside the bulk that ends at √v(√n + √m) (Bai & Yin 1993). The rule fires where that value stands outside the bulk
 * and positive inputs at least double.
 */
export const nonzeroMeanWeights: Rule = {
  id: 'nonzero-mean-weights',
  title: 'Weights are drawn around another value than zero, so that all units start nearly alike.',
  check(model) {
    const layers = model.layers.filter((layer) => hasCommonPart(layer) && !readsNormalized(model, layer));
    const [first] = layers;
    if (!first) return null;
    return {
      severity: severity(layers),
      message: message(model, first, layers.length),
      range: first.range,
      related: alsoThere(layers),
      fix: useKaiming(model, layers),
    };
  },
};

function hasCommonPart({ weight, summands, fanIn, fanOut }: LayerReport): boolean {
  // A layer without σ_w² multiplies no sum: tables of embeddings may have any mean.
  if (!weight?.sigmaW2 || !weight.mean || !weight.variance || !summands || !fanIn || !fanOut) return false;
  const units = (fanOut * summands) / fanIn;
  const spike = Math.abs(weight.mean) * Math.sqrt(summands * units);
  const edge = Math.sqrt(weight.variance) * (Math.sqrt(summands) + Math.sqrt(units));
  return spike > edge && growth({ weight, summands }) >= 2;
}

/** Entries that a layer normalization has centered add up to 0, so that the common part vanishes as long as its scales are equal. */
function readsNormalized({ graph: { nodes, edges } }: ModelReport, { path }: LayerReport): boolean {
  let id = nodes.find((node) => node.kind === 'affine' && node.path === path)?.id;
  while (id !== undefined) {
    id = edges.find(([, to]) => to === id)?.[0];
    const kind = id === undefined ? null : nodes[id]?.kind;
    if (kind === 'normalization') return true;
    if (kind !== 'dropout' && kind !== 'reshape') return false;
  }
  return false;
}

/** n·|μ|: how many times the average over the units exceeds that of the inputs. */
const growth = ({ weight, summands }: Pick<LayerReport, 'weight' | 'summands'>): number => Math.abs(weight!.mean!) * summands!;

/** A normalization takes the growth away; that the units are alike stays. */
function severity(layers: readonly LayerReport[]): Severity {
  const bare = layers.filter(({ normalized }) => !normalized);
  if (bare.length === 0) return 'hint';
  return bare.reduce((product, layer) => product * growth(layer), 1) >= 30 ? 'warning' : 'information';
}

function message({ framework }: ModelReport, first: LayerReport, count: number): string {
  const { mean, variance, source } = first.weight!;
  const who = `${shorten(source, 36)} draws the weights of ${shorten(first.path, 36)}${count > 1 ? ` and ${count - 1} more` : ''} around ${showNumber(mean!)} instead of 0`;
  const alike = `all units start nearly alike (correlation ${showNumber(mean! ** 2 / (mean! ** 2 + variance!))} or more)`;
  const grow = first.normalized ? '' : `, and positive signals grow ${fold(Math.log10(growth(first)))} in the layer`;
  return `${who}: ${alike}${grow}. ${aroundZero(framework)}`;
}

function aroundZero(framework: string): string {
  const call = framework.toLowerCase() === 'pytorch' ? ', or nn.init.kaiming_uniform_(w)' : '';
  return `Use bounds around 0${call}.`;
}

/**
 * `uniform_(w)` without bounds becomes `kaiming_uniform_(w, …)` with the gain of the activation. Bounds that are written may be meant, and
 * a call that also writes vectors, for which Kaiming is not defined, or layers with other activations is left alone.
 */
function useKaiming(model: ModelReport, layers: readonly LayerReport[]): Fix | null {
  const edits = editCalls(model, layers, ({ callee, arguments: given, dimensions, tensors }, drawn) => {
    const [tensor] = given;
    if (given.length !== 1 || tensor!.name !== null || (dimensions ?? 0) < 2) return [];
    if (!/^(\w+\.)*init\.uniform_$/.test(callee.text)) return [];
    const instead = new Set(drawn.map((layer) => kaiming(model, layer)));
    const [first] = instead;
    if (drawn.length !== tensors || !drawn.every((layer) => layers.includes(layer)) || instead.size !== 1 || !first) return [];
    return [
      { range: callee.range, newText: callee.text.replace(/uniform_$/, 'kaiming_uniform_') },
      { range: tensor!.range, newText: `${tensor!.text}, ${first}` },
    ];
  });
  const [edit] = edits;
  return edit ? { title: `Use ${edit.newText}`, edits } : null;
}

/** What stands behind the tensor: `nonlinearity='relu'`. */
function kaiming(
  { framework }: ModelReport,
  { activation, activationParameters, factor = 1, local }: LayerReport,
): string | null {
  const call = initializerCall(framework, activation ?? 'linear', activationParameters, local?.critical ?? null, factor);
  return /^nn\.init\.kaiming_normal_\(w, (.*)\)$/.exec(call?.weight ?? '')?.[1] ?? null;
}
