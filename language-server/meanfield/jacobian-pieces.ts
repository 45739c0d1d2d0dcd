import { type JacobianLayer, jacobianMoments } from './jacobian-moments.js';

/** A part of a network, as far as the first two moments of its Jacobian's squared singular values see it. */
export interface JacobianPiece {
  readonly inputs: number;
  readonly outputs: number;
  /** ln m₁, m₁ = (1/outputs) E tr JJᵀ; −∞ where nothing passes. */
  readonly logMean: number;
  /** σ²_rel = m₂/m₁² − 1 over the `outputs` eigenvalues of JJᵀ. */
  readonly relativeVariance: number;
}

/** One layer as a piece. */
export function pieceOf(layer: JacobianLayer): JacobianPiece {
  const { logMean, relativeVariance } = jacobianMoments([layer]);
  return { inputs: layer.inputs, outputs: layer.outputs, logMean, relativeVariance };
}

/** The identity on so many entries, times a number: a skip connection. */
export const skipPiece = (width: number, logSquaredScale: number): JacobianPiece => ({
  inputs: width,
  outputs: width,
  logMean: logSquaredScale,
  relativeVariance: 0,
});

/**
 * One piece after the other, all free of each other: ln m₁ adds up, and so does σ²_rel per output entry.
 *
 * @throws RangeError for no pieces
 */
export function inSeries(pieces: readonly JacobianPiece[]): JacobianPiece {
  const [first, last] = [pieces[0], pieces[pieces.length - 1]];
  if (!first || !last) throw new RangeError('pieces must not be empty');
  const perOutput = pieces.reduce((sum, { relativeVariance, outputs }) => sum + relativeVariance / outputs, 0);
  return {
    inputs: first.inputs,
    outputs: last.outputs,
    logMean: pieces.reduce((sum, { logMean }) => sum + logMean, 0),
    relativeVariance: last.outputs * perOutput,
  };
}

/**
 * The sum of pieces with the same input, of which at most one is a skip connection and the others are rotated at random:
 *
 *     m₁ = Σ χ_i,   m₂ = Σ χ_i² (1 + σ²_i) + Σ_{i≠j} χ_i χ_j (1 + N_out/N_in),   χ_i = m₁ of piece i.
 *
 * Mixed moments of odd order vanish, because a rotated A is as likely as −A. For 1 + A this gives m₂/m₁² − 1 = (κχ² + 2χ)/(1 + χ)², exact at
 * any χ; for many small branches 2 Σ χ. Tarnowski et al. 2018, arXiv:1809.08848, extended to branches of any strength and to shortcuts with weights.
 *
 * @throws RangeError for no pieces or pieces of unequal width
 */
export function inParallel(pieces: readonly JacobianPiece[]): JacobianPiece {
  const [first] = pieces;
  if (!first) throw new RangeError('pieces must not be empty');
  const { inputs, outputs } = first;
  if (pieces.some((piece) => piece.inputs !== inputs || piece.outputs !== outputs))
    throw new RangeError('pieces side by side must have equal widths');
  const largest = Math.max(...pieces.map(({ logMean }) => logMean));
  if (largest === Number.NEGATIVE_INFINITY) return { ...first, relativeVariance: 0 };
  const shares = pieces.map(({ logMean }) => Math.exp(logMean - largest));
  const mean = shares.reduce((sum, share) => sum + share, 0);
  const squares = shares.reduce((sum, share) => sum + share * share, 0);
  const own = pieces.reduce(
    (sum, { relativeVariance }, i) => sum + (shares[i] === 0 ? 0 : shares[i]! ** 2 * relativeVariance),
    0,
  );
  const mixed = (mean * mean - squares) * (outputs / inputs);
  return { inputs, outputs, logMean: largest + Math.log(mean), relativeVariance: (own + mixed) / (mean * mean) };
}
