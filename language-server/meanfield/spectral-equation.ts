import { checkShape, isSpreadOut, type LinearShape } from './jacobian-moments.js';
import type { SlopeLaw } from './slope-law.js';

export interface SpectralLayer extends LinearShape {
  readonly slopes: SlopeLaw;
}

/** coefficient · log(shift + ratio · M) */
export interface LogTerm {
  readonly coefficient: number;
  readonly shift: number;
  readonly ratio: number;
}

/** count · log u, where u solves M_{D²}(u) = E[φ′²/(u − φ′²)] = ratio · M. */
export interface ImplicitTerm {
  readonly law: SlopeLaw;
  readonly ratio: number;
  count: number;
}

/**
 * log(z/m₁) as a function of the moment function M(z) = z G(z) − 1 of JJᵀ:
 *
 *     log z = log(1 + M) − log M − Σ_l [log S_{D_l²}(r_l M) + log S_{W_l}(r_l M)],   r_l = N_L/N_l.
 *
 * Written as separate logarithms, each of which stays on its principal branch for Im z > 0, because Im M < 0 and Im u > 0 there. The
 * product must never be formed first, nor a polynomial of degree L: twenty layers already give spurious roots.
 */
export interface SpectralEquation {
  readonly logMean: number;
  readonly constant: number;
  readonly logs: readonly LogTerm[];
  readonly implicit: readonly ImplicitTerm[];
  /** linear · M: the limit of many smooth layers. */
  readonly linear: number;
  /** saturating · M/(1 + M): the limit of many projections. */
  readonly saturating: number;
}

/**
 * What stands beside the layers: blocks 1 + A with small branches, each of which adds its σ²_rel to log z · M as in the universal law of
 * residual networks. Tarnowski et al. 2018, arXiv:1809.08848.
 */
export interface SkipBlocks {
  /** N_L */
  readonly outputs: number;
  /** Σ ln m₁ of the blocks. */
  readonly logMean: number;
  /** Σ σ²_rel N_L/N_b of the blocks: 2c in the limit of many small branches. */
  readonly relativeVariance: number;
}

/**
 * The equation of a chain of layers, by freeness of slopes and weights. Pennington, Schoenholz, Ganguli 2018, arXiv:1802.09979;
 * rectangular weights by S-transforms normalised on the N_L outputs.
 *
 * @throws RangeError for no layers, for widths below 1, and for layers through which nothing passes (σ_w² μ₁ = 0)
 */
export function spectralEquation(layers: readonly SpectralLayer[], blocks: SkipBlocks | null = null): SpectralEquation {
  const outputs = blocks?.outputs ?? layers[layers.length - 1]?.outputs;
  if (outputs === undefined) throw new RangeError('layers must not be empty');
  const logs = new Logs();
  logs.add(1, 1, 1);
  logs.add(-1, 0, 1);
  const implicit = new Map<SlopeLaw, ImplicitTerm[]>();
  let logMean = blocks?.logMean ?? 0;
  for (const [layer, count] of counted(layers)) {
    checkShape(layer);
    const gain = layer.sigmaW2 * layer.slopes.mu1;
    if (!(gain > 0)) throw new RangeError(`sigmaW2 · mu1 must be positive, not ${gain}`);
    logMean += count * Math.log(gain);
    addWeights(logs, layer, outputs, count);
    addSlopes(logs, implicit, layer.slopes, outputs / layer.outputs, count);
  }
  return {
    logMean,
    constant: logs.constant,
    logs: logs.terms(),
    implicit: [...implicit.values()].flat(),
    linear: blocks?.relativeVariance ?? 0,
    saturating: 0,
  };
}

/** Layers that are one object count together: deep networks repeat theirs. */
function counted(layers: readonly SpectralLayer[]): Map<SpectralLayer, number> {
  const counts = new Map<SpectralLayer, number>();
  for (const layer of layers) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  return counts;
}

/**
 * A kernel that is orthogonal over k taps is, at each Fourier mode, a block of a larger orthogonal matrix: S ∝ (1 + αy)/(1 + kαy),
 * α = outputs/(k · inputs), y = M N_L/N_l.
 */
function addWeights(logs: Logs, shape: LinearShape, lastOutputs: number, count: number): void {
  const { family, inputs, outputs, taps = 1 } = shape;
  if (family === 'iid') logs.add(count, 1, lastOutputs / inputs);
  else if (isSpreadOut(shape)) {
    logs.add(count, 1, lastOutputs / inputs);
    logs.add(-count, 1, lastOutputs / (taps * inputs));
  } else if (outputs > inputs) logs.addProjection(inputs / outputs, lastOutputs / outputs, count);
}

function addSlopes(logs: Logs, implicit: Map<SlopeLaw, ImplicitTerm[]>, law: SlopeLaw, ratio: number, count: number): void {
  const { discrete, values, weights } = law;
  if (discrete && values.length === 1) return;
  if (discrete && values.length === 2 && values[0] === 0) {
    logs.addProjection(weights[1]!, ratio, count);
    return;
  }
  logs.add(count, 0, ratio);
  logs.add(-count, 1, ratio);
  logs.constant -= count * Math.log(law.mu1);
  const terms = implicit.get(law) ?? [];
  const same = terms.find((term) => term.ratio === ratio);
  if (same) same.count += count;
  else terms.push({ law, ratio, count });
  implicit.set(law, terms);
}

class Logs {
  constant = 0;
  readonly #coefficients = new Map<string, LogTerm>();

  add(coefficient: number, shift: number, ratio: number): void {
    // log(r M) = log r + log M, so that terms of unequal width cancel as they should.
    if (shift === 0 && ratio !== 1) {
      this.constant += coefficient * Math.log(ratio);
      this.add(coefficient, 0, 1);
      return;
    }
    const key = `${shift} ${ratio}`;
    const before = this.#coefficients.get(key)?.coefficient ?? 0;
    this.#coefficients.set(key, { coefficient: before + coefficient, shift, ratio });
  }

  /** −log(S/S(0)) of a projection of relative rank p: log(p + y) − log(1 + y) − log p, y = ratio · M. */
  addProjection(p: number, ratio: number, count: number): void {
    this.add(count, p, ratio);
    this.add(-count, 1, ratio);
    this.constant -= count * Math.log(p);
  }

  terms(): LogTerm[] {
    return [...this.#coefficients.values()].filter(({ coefficient }) => coefficient !== 0);
  }
}
