import { showNumber } from '../format-number.js';
import type { LayerReport, ModelReport } from '../protocol.js';
import { activationName } from './activation-name.js';
import { type InitializerCall, initializerCall } from './initializer-calls.js';
import { scaledBySlope } from './scaled-by-slope.js';
import { shorten } from './shorten.js';

/** What to write so that a group of layers keeps its gradients, and why. */
export interface Repair {
  /** The layers that it is about: bare, with known χ₁, all with the same activation. */
  readonly layers: readonly LayerReport[];
  readonly activation: string;
  readonly call: InitializerCall | null;
  /** Their weights are calculated from others, as by `spectral_norm`: no initializer changes their size. */
  readonly calculated: boolean;
  /** Share of the units that dropout keeps where it alone is at fault: the weights are as their activation needs them. */
  readonly kept: number | null;
  /** Σ |ln χ₁| over the layers. */
  readonly nats: number;
}

/**
 * The repair of the layers that change squared gradients most: of those with the same activation and the same initializer, the group
 * with the largest Σ |ln χ₁|. No gradient passes through the weights of the first layer, so that it alone makes no group.
 *
 * @param direction only layers that shrink (−1) or grow (+1) gradients; 0: both
 * @param among the layers that may be at fault
 */
export function repair(model: ModelReport, direction: -1 | 0 | 1, among = model.layers): Repair | null {
  const groups = new Map<string, { layers: LayerReport[]; effect: number }>();
  let before: LayerReport | null = null;
  let beforeKey = '';
  for (const layer of misfits({ ...model, layers: among }, direction)) {
    const key: string =
      before && isAlike(before, layer)
        ? beforeKey
        : JSON.stringify([
            layer.activation,
            layer.activationParameters,
            layer.factor,
            layer.weight?.source,
            layer.weight?.formula,
            isDropoutAlone(layer) && layer.keep,
          ]);
    before = layer;
    beforeKey = key;
    const group = groups.get(key) ?? { layers: [], effect: 0 };
    group.layers.push(layer);
    group.effect += Math.abs(Math.log(layer.local!.chi1!));
    groups.set(key, group);
  }
  const passed = [...groups.values()].filter(({ layers }) => layers.some((layer) => layer !== model.layers[0]));
  const [worst] = passed.sort((a, b) => b.effect - a.effect);
  const first = worst?.layers[0];
  if (!worst || !first?.activation) return null;
  const calculated = isCalculated(first);
  const kept = isDropoutAlone(first) ? first.keep : null;
  const { activation, activationParameters, local, factor } = first;
  return {
    layers: worst.layers,
    activation,
    nats: worst.effect,
    kept,
    call:
      calculated || kept !== null
        ? null
        : initializerCall(model.framework, activation, activationParameters, local!.critical, factor),
    calculated,
  };
}

/** Neighbours in a deep network often are: then no key has to be written for the second. */
const isAlike = (a: LayerReport, b: LayerReport): boolean =>
  a.activation === b.activation &&
  sameNumbers(a.activationParameters, b.activationParameters) &&
  a.factor === b.factor &&
  a.weight?.source === b.weight?.source &&
  a.weight?.formula === b.weight?.formula &&
  a.keep === b.keep &&
  a.local?.chi1 === b.local?.chi1;

function sameNumbers(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** What its weights are is known, but no draw: their distribution has no name. */
export const isCalculated = ({ weight }: LayerReport): boolean => weight?.distribution === 'unknown';

/**
 * Dropout divides the squares of what it keeps by the share of units that it keeps: the variance of the weights that takes this into account is
 * smaller by that share. Hendrycks & Gimpel 2016, arXiv:1607.02488.
 */
export const isDropoutAlone = ({ keep, local }: LayerReport): boolean =>
  keep < 1 && local?.chi1 != null && isNearOne(local.chi1 * keep);

const isNearOne = (chi1: number): boolean => Math.abs(Math.log(chi1)) <= 0.05;

/** Bare layers whose χ₁ differs from 1 by more than a twentieth. */
export function misfits(model: ModelReport, direction: -1 | 0 | 1): LayerReport[] {
  return model.layers.filter(({ activation, normalized, local }) => {
    if (!activation || !local?.chi1 || local.chi1 <= 0 || normalized) return false;
    return !isNearOne(local.chi1) && (direction === 0 || Math.sign(Math.log(local.chi1)) === direction);
  });
}

/** `PyTorch default gives σ_w² = 0.333, ReLU needs 2: nn.init.kaiming_normal_(w, nonlinearity='relu').` */
export function describeRepair({ layers, activation, call, calculated, kept }: Repair): string {
  const weight = layers[0]?.weight;
  if (kept !== null)
    return `Dropout that keeps ${showNumber(kept)} of the units multiplies squared signals and gradients by ${showNumber(1 / kept)} each time: drop fewer in hidden layers${weight?.sigmaW2 ? `, or draw weights with σ_w² = ${showNumber(weight.sigmaW2 * kept)} instead of ${showNumber(weight.sigmaW2)}` : ''}.`;
  if (calculated && weight)
    return `${shorten(weight.source, 36)} keeps σ_w² at ${spanOf(layers.map((layer) => layer.weight?.sigmaW2))}, whatever the initializer: use fewer such layers, or skip connections around them.`;
  const slope = weight?.sigmaW2 != null && call && weight.sigmaW2 < call.sigmaW2 ? scaledBySlope(layers[0]!) : null;
  const falls = slope === null ? '' : ' (∝ 2/(1 + a²), less for larger a)';
  const alike = layers.filter((layer) => layer.weight?.source === weight?.source).map((layer) => layer.weight?.sigmaW2);
  const given = weight?.sigmaW2 == null ? '' : `${shorten(weight.source, 36)} gives σ_w² = ${spanOf(alike)}${falls}, `;
  const name = activationName(activation);
  if (!call) return `${given}and no initialization makes ${name} critical: use tanh or ReLU instead.`.replace(/^and n/, 'N');
  const bias = call.bias ? ` with ${call.bias}` : '';
  return `${given}${name} needs ${showNumber(call.sigmaW2)}: ${call.weight}${bias}.`;
}

/** `0.333`, or `0.0896 to 1` where layers differ. */
export function spanOf(values: readonly (number | null | undefined)[]): string {
  const known = values.filter((value) => value != null);
  const [least, most] = [Math.min(...known), Math.max(...known)].map((value) => showNumber(value));
  return least === most ? `${least}` : `${least} to ${most}`;
}
