import { showNumber } from '../format-number.js';
import type { LayerReport, LocalTheory, ModelReport, WeightReport } from '../protocol.js';
import { scaledBySlope } from '../rules/scaled-by-slope.js';
import { escapeMarkdown } from './markdown.js';

type Row = [name: string, text: string];

/** What a reader of a layer's initializer may not expect of it, row by row. */
export function initializerNotes(model: ModelReport, layer: LayerReport): Row[] {
  return [
    setBy(model, layer),
    gain(layer),
    bounds(layer.weight),
    packed(layer),
    forgetGate(layer),
    throughTime(layer),
    rate(layer),
  ].filter((row) => row !== null);
}

/** A layer that initializers pass by, while they write others. */
function setBy({ layers }: ModelReport, { weight }: LayerReport): Row | null {
  if (!weight) return null;
  if (!weight.kept && !weight.sourceRange && / default$/.test(weight.source))
    return ['set by', 'the framework, unless code that is not followed writes it later'];
  const written = layers.filter((one) => one.weight?.sourceRange && !one.weight.kept);
  const [first] = written;
  if (!weight.kept || !first) return null;
  const others = `${written.length} other${written.length === 1 ? '' : 's'}`;
  return ['set by', `no initializer: none reaches it, while ${escapeMarkdown(first.weight!.source)} is run for ${others}`];
}

/** The slope argument of a gain for leaky rectifiers, which is often taken for a scale. He et al. 2015, arXiv:1502.01852, eq. 15. */
function gain(layer: LayerReport): Row | null {
  const slope = scaledBySlope(layer);
  if (slope === null) return null;
  const factor = showNumber(Math.sqrt(2 / (1 + slope * slope)));
  return [
    'gain',
    `√(2/(1 + a²)) = ${factor} at a = ${showNumber(slope)} · the slope of a leaky ReLU, no scale: a larger a makes smaller weights`,
  ];
}

/** Bounds of a truncated normal distribution are numbers, not multiples of its deviation. */
function bounds(weight: WeightReport | null): Row | null {
  const { std, a, b } = weight?.given ?? {};
  if (typeof std !== 'number' || typeof a !== 'number' || typeof b !== 'number' || weight!.variance === null || !(std > 0))
    return null;
  const ratio = weight!.variance / (std * std);
  const effect =
    ratio > 0.9995
      ? 'as a plain normal'
      : `variance times ${showNumber(ratio)}, deviation ${showNumber(Math.sqrt(weight!.variance))} instead of ${showNumber(std)}`;
  return ['bounds', `${showNumber(a)} … ${showNumber(b)}, absolute: ${showNumber(b / std)} deviations · ${effect}`];
}

/** Fan-out counts the matrices of query, key and value together where one weight holds all three. */
function packed({ packed: isPacked, weight }: LayerReport): Row | null {
  if (!isPacked || !weight?.formula?.includes('fan_in + fan_out')) return null;
  return [
    'fan\\_out',
    'counts query, key and value together · their variance is half that of three layers of their own; a gain of √2 restores it',
  ];
}

/**
 * A forget gate keeps the share f of the cell's state in each step, so that what is written fades in 1/(1 − f) steps. Inputs and random
 * weights are symmetric about the biases' sum b, at which the mean of f is taken: exact at b = 0. Tallec & Ollivier 2018, arXiv:1804.11188.
 */
function forgetGate({ forgetBias }: LayerReport): Row | null {
  if (forgetBias === undefined || forgetBias === null) return null;
  const keeps = 1 / (1 + Math.exp(-forgetBias));
  return [
    'forget gate',
    `keeps ${showNumber(keeps)} of the state in each step at a bias of ${showNumber(forgetBias)} in all · a memory of ${showNumber(1 + Math.exp(forgetBias))} steps`,
  ];
}

/** ξ = −1/ln χ in steps, of the squared gradient. Chen et al. 2018, arXiv:1806.05394; Gilboa et al. 2019, arXiv:1901.08987. */
function throughTime({ chiTime }: LayerReport): Row | null {
  if (chiTime === undefined || chiTime <= 0) return null;
  const change = `squared gradients change by χ = ${showNumber(chiTime)} with each step back in time`;
  if (chiTime >= 0.98) return ['steps', chiTime > 1.02 ? `${change}: they grow with the length of the sequence` : change];
  return ['steps', `${change} · ξ = ${showNumber(-1 / Math.log(chiTime))} steps`];
}

/** The prior of a detector: biases of −ln((1 − π)/π) make the first answers positive at the rate π. Lin et al. 2017, arXiv:1708.02002, §4.1. */
function rate({ logits, bias, activation }: LayerReport): Row | null {
  // Small constants are no priors.
  if (!logits || bias?.distribution !== 'constant' || Math.abs(bias.mean ?? 0) < 1) return null;
  const start = showNumber(1 / (1 + Math.exp(-bias.mean!)));
  return [
    'start',
    activation === 'sigmoid'
      ? `outputs begin near ${start}, the sigmoid of the bias ${showNumber(bias.mean)}`
      : `as logits of a sigmoid, outputs begin near a rate of ${start} at the bias ${showNumber(bias.mean)}`,
  ];
}

/** What would make a layer with this activation critical. */
export function criticalRow({ activation }: LayerReport, { critical, qStar }: LocalTheory): Row | null {
  if (!critical || !activation || qStar === null) return null;
  const pair = `σ\\_w² = ${showNumber(critical.sigmaW2)}, σ\\_b² = ${showNumber(critical.sigmaB2)}`;
  const name = escapeMarkdown(activation);
  if (critical.sigmaB2 === 0) return ['critical', `${pair} · keep signals and gradients of ${name}`];
  const at = `keep signals and gradients of ${name} at q = ${showNumber(critical.qStar)}`;
  return [
    'critical',
    critical.attracting
      ? `${pair} · ${at}`
      : `${pair} · ${at}, which is unstable: the verdict rests on the way of the signal from the input`,
  ];
}
