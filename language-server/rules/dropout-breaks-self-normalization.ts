import { showNumber } from '../format-number.js';
import type { Fix, GraphNodeReport, LayerReport, ModelReport } from '../protocol.js';
import { sameRange } from '../range.js';
import { callAt } from './call-at.js';
import { elsewhere } from './elsewhere.js';
import type { Rule } from './rule.js';
import { shorten } from './shorten.js';

/**
 * Ordinary dropout between SELU layers. It sets units to 0 and the others to 1/ρ times their value, so that the mean square grows by
 * 1/ρ: mean 0 and variance 1 are no fixed point any more. Alpha dropout sets them to −λα and keeps both moments. Klambauer et al. 2017,
 * arXiv:1706.02515, section 3, "New dropout technique".
 */
export const dropoutBreaksSelfNormalization: Rule = {
  id: 'dropout-breaks-self-normalization',
  title: 'Ordinary dropout after SELU moves the signal away from mean 0 and variance 1.',
  check(model) {
    const layers = model.layers.filter(isSelfNormalizing);
    const [first] = layers;
    const place = first && dropoutBehind(model, first);
    if (!first || !place) return null;
    return {
      severity: layers.some(({ weight }) => isLeCun(weight)) ? 'information' : 'hint',
      message: message(model, first),
      range: place.range,
      related: elsewhere(layers).map(({ path, range }) => ({ message: `The SELU behind ${path} has dropout as well.`, range })),
      fix: useAlphaDropout(model, layers),
    };
  },
};

const isSelfNormalizing = ({ activation, keep, normalized }: LayerReport): boolean =>
  activation === 'selu' && keep < 1 && !normalized;

function message({ framework }: ModelReport, { path, keep, local, weight }: LayerReport): string {
  const what = `Dropout after the SELU of ${shorten(path, 40)} lets the mean square of the signal grow by ${showNumber(1 / keep)} where it should stay at 1`;
  const q = local?.qStar ?? null;
  const settles = q === null ? '' : q === 'infinity' ? ', without a bound' : `, so that it settles at q* = ${showNumber(q)}`;
  const isPyTorch = framework.toLowerCase() === 'pytorch';
  const instead = `Use ${isPyTorch ? 'nn.AlphaDropout' : 'alpha dropout'}, which keeps mean 0 and variance 1`;
  if (isLeCun(weight) || weight?.sigmaW2 == null) return `${what}${settles}: self-normalization is lost. ${instead}.`;
  const lecun = isPyTorch ? ": nn.init.kaiming_normal_(w, nonlinearity='linear')" : '';
  return `${what}. ${instead}, and σ_w² = 1 instead of ${showNumber(weight.sigmaW2)}${lecun}.`;
}

/** σ_w² = 1, for which mean 0 and variance 1 are a fixed point of SELU. */
const isLeCun = (weight: LayerReport['weight']): boolean => Math.abs((weight?.sigmaW2 ?? 0) - 1) < 0.1;

/** The first dropout on the way from a layer to the next one. */
function dropoutBehind({ graph: { nodes, edges } }: ModelReport, { path }: LayerReport): GraphNodeReport | null {
  let front = nodes.filter((node) => node.kind === 'affine' && node.path === path).map(({ id }) => id);
  const seen = new Set(front);
  while (front.length > 0) {
    const next = edges.filter(([from, to]) => front.includes(from) && !seen.has(to)).map(([, to]) => to);
    for (const id of next) {
      seen.add(id);
      if (nodes[id]!.kind === 'dropout') return nodes[id]!;
    }
    front = next.filter((id) => nodes[id]!.kind !== 'affine');
  }
  return null;
}

/** Offered where all dropout behind these layers can be exchanged, and nowhere else does the same dropout follow another activation. */
function useAlphaDropout(model: ModelReport, layers: readonly LayerReport[]): Fix | null {
  const places = layers.flatMap((layer) => dropoutBehind(model, layer)?.range ?? []);
  const distinct = places.filter((place, index) => places.findIndex((other) => sameRange(other, place)) === index);
  const edits = distinct.flatMap((place) => {
    const call = callAt(model, place);
    const made = model.graph.nodes.filter(({ kind, range }) => kind === 'dropout' && sameRange(range, place));
    const [, namespace, name] = /^(.+)\.(\w+)$/.exec(call?.callee.text ?? '') ?? [];
    const instead = alpha[`${namespace}.${name}`];
    if (!call || !instead || !made.every((node) => followsSelu(model, node))) return [];
    // Alpha dropout as a function does nothing unless it is told that it trains; ordinary dropout does the contrary.
    const isFunction = name === 'dropout';
    if (isFunction && !call.arguments.some((one, index) => one.name === 'training' || (index === 2 && one.name === null)))
      return [];
    return [{ range: call.callee.range, newText: `${namespace}.${instead}` }];
  });
  if (edits.length === 0 || edits.length < distinct.length) return null;
  return { title: `Use ${edits[0]!.newText}`, edits };
}

const alpha: Readonly<Record<string, string>> = {
  'nn.Dropout': 'AlphaDropout',
  'torch.nn.Dropout': 'AlphaDropout',
  'F.dropout': 'alpha_dropout',
  'nn.functional.dropout': 'alpha_dropout',
  'torch.nn.functional.dropout': 'alpha_dropout',
};

function followsSelu({ graph: { nodes, edges } }: ModelReport, { id }: GraphNodeReport): boolean {
  let node: GraphNodeReport | undefined = nodes[id];
  do {
    const from: number | undefined = edges.find(([, to]) => to === node!.id)?.[0];
    node = from === undefined ? undefined : nodes[from];
  } while (node?.kind === 'reshape');
  return node?.kind === 'activation' && node.operation.toLowerCase() === 'selu';
}
