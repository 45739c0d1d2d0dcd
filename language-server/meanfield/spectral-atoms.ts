import { isSpreadOut } from './jacobian-moments.js';
import type { SkipBlocks, SpectralEquation, SpectralLayer } from './spectral-equation.js';

/** A point mass of the spectrum of JJᵀ, which has N_L eigenvalues in all. */
export interface SpectralAtom {
  /** ln(λ/m₁); −∞ for λ = 0. */
  readonly logLambda: number;
  /** Share of the N_L eigenvalues. */
  readonly mass: number;
}

/**
 * All point masses of the spectrum. At 0: 1 − min over the layers of rank/N_L, which for ReLU stays ½ at every depth, because projections
 * in generic position keep the smallest rank. Elsewhere, for orthogonal weights and piecewise linear φ alone: subspaces on which every
 * layer has one constant slope meet in 1 − Σ codimensions; skip connections leave none. Belinschi 2003, "The atoms of the free multiplicative convolution".
 */
export function spectralAtoms(
  layers: readonly SpectralLayer[],
  equation: SpectralEquation,
  blocks: SkipBlocks | null,
): SpectralAtom[] {
  const outputs = blocks?.outputs ?? layers[layers.length - 1]!.outputs;
  let rank = Number.POSITIVE_INFINITY;
  for (const { inputs, outputs: own, slopes } of layers) rank = Math.min(rank, inputs, own * slopes.alive);
  const dead = 1 - Math.min(1, rank / outputs);
  const zero = dead > 1e-12 ? [{ logLambda: Number.NEGATIVE_INFINITY, mass: dead }] : [];
  if (equation.linear > 0 || layers.some((layer) => layer.family === 'iid' || isSpreadOut(layer) || !layer.slopes.discrete))
    return zero;
  return [...zero, ...constantSubspaces(layers, outputs, equation.logMean - (blocks?.logMean ?? 0))];
}

interface Choice {
  readonly logValue: number;
  readonly codimension: number;
}

function constantSubspaces(layers: readonly SpectralLayer[], outputs: number, logMean: number): SpectralAtom[] {
  const choices = layers.map((layer) => choicesOf(layer, outputs));
  const heaviest = choices.map((of) => of.reduce((best, choice) => (choice.codimension < best.codimension ? choice : best)));
  const logGain = layers.reduce((sum, layer) => sum + Math.log(orthogonalGain(layer)), -logMean);
  const widening = layers.reduce((sum, layer) => sum + Math.max(0, layer.outputs - layer.inputs) / outputs, 0);
  const logLambda = heaviest.reduce((sum, { logValue }) => sum + logValue, logGain);
  const mass = heaviest.reduce((sum, { codimension }) => sum - codimension, 1 - widening);
  // A value that is not the heaviest has less than half of its law, so at most one layer can take another one.
  const others = choices.flatMap((of, l) =>
    of
      .filter((choice) => choice !== heaviest[l])
      .map((choice) => ({
        logLambda: logLambda + choice.logValue - heaviest[l]!.logValue,
        mass: mass + heaviest[l]!.codimension - choice.codimension,
      })),
  );
  return [{ logLambda, mass }, ...others].filter((atom) => atom.mass > 1e-12);
}

function choicesOf({ slopes, outputs: own }: SpectralLayer, outputs: number): Choice[] {
  const choices: Choice[] = [];
  slopes.values.forEach((value, i) => {
    if (value > 0) choices.push({ logValue: Math.log(value), codimension: ((1 - slopes.weights[i]!) * own) / outputs });
  });
  return choices;
}

/** g² of g times a matrix with orthonormal rows or columns. */
const orthogonalGain = ({ sigmaW2, inputs, outputs }: SpectralLayer): number => sigmaW2 * Math.max(1, outputs / inputs);
