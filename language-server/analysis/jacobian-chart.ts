import { jacobianSpectrum, type SingularValueCurve, singularValueSteps } from '../meanfield/jacobian-spectrum.js';
import type { NoSpectrum } from '../propagation/isometry.js';
import type { SpectralStack } from '../propagation/spectral-stack.js';
import type { Charts, JacobianSpectrum, Summary } from '../protocol.js';

/** The singular values of a network's Jacobian as a chart shows them. */
export function* jacobianChart({ isometry }: Summary, stack: SpectralStack | NoSpectrum): Generator<void, Charts['spectrum']> {
  if (stack.kind === 'none') return { missing: stack.reason };
  if (!isometry) return { missing: 'their mean is not known' };
  const spectrum = jacobianSpectrum(stack.layers, stack.blocks);
  if (spectrum.logMax === Number.POSITIVE_INFINITY)
    return { missing: 'an activation has slopes without bound, so that the largest one has no limit' };
  const { share } = stack;
  const curve = ofJacobian(thinned(yield* singularValueSteps(spectrum)), share);
  const atoms = spectrum.atoms
    .map(({ logLambda, mass }) => ({
      s: Math.sqrt(share) * Math.exp(logLambda / 2),
      share: ownShare(mass, share, logLambda === Number.NEGATIVE_INFINITY),
    }))
    .filter((atom) => atom.share > 1e-9)
    .sort((a, b) => a.s - b.s);
  const law = { ...curve, atoms };
  return {
    s: [...curve.s],
    density: [...curve.density],
    below: curve.s.map((s) => below(law, s, false)),
    atoms,
    max: Math.sqrt(share) * Math.exp(spectrum.logMax / 2),
    quantiles: [quantile(law, 0.05), quantile(law, 0.5), quantile(law, 0.95)],
    near: below(law, 1.1, true) - below(law, 0.9, false),
    log10RootMeanSquare: (isometry.mean * isometry.depth) / 2 / Math.LN10,
  };
}

/** As many points as a chart has pixels for; steps are small where the density is steep, so that every second one does. */
function thinned(curve: SingularValueCurve): SingularValueCurve {
  const every = Math.ceil(curve.s.length / mostPoints);
  const kept = (values: readonly number[]) => values.filter((_, i) => (values.length - 1 - i) % every === 0);
  return { s: kept(curve.s), density: kept(curve.density), cumulative: kept(curve.cumulative) };
}

const mostPoints = 400;

/**
 * From the N_L eigenvalues of JJᵀ, zeros of a wider output included, to the singular values of J.
 *
 * @param share how many singular values J has per eigenvalue, at most 1
 */
function ofJacobian({ s, density, cumulative }: SingularValueCurve, share: number): SingularValueCurve {
  const root = Math.sqrt(share);
  return {
    s: s.map((value) => root * value),
    density: density.map((value) => value / (share * root)),
    cumulative: cumulative.map((value) => ownShare(value, share, true)),
  };
}

const ownShare = (mass: number, share: number, holdsZeros: boolean): number =>
  Math.max(0, (holdsZeros ? mass - (1 - share) : mass) / share);

interface Law extends SingularValueCurve {
  readonly atoms: JacobianSpectrum['atoms'];
}

/** Share of the singular values below s, or at most s. */
function below({ s: places, cumulative, atoms }: Law, s: number, inclusive: boolean): number {
  const lost = atoms.find((atom) => atom.s === 0)?.share ?? 0;
  const passed = atoms.filter((atom) => atom.s > 0 && (inclusive ? atom.s <= s : atom.s < s));
  const after = places.findIndex((place) => place > s);
  const [low, high] = [after - 1, after];
  const from = low >= 0 ? { at: places[low]!, mass: cumulative[low]! } : { at: 0, mass: lost };
  const continuous =
    after < 0
      ? (cumulative.at(-1) ?? lost)
      : from.mass + ((s - from.at) / (places[high]! - from.at)) * (cumulative[high]! - from.mass);
  return Math.min(1, continuous + passed.reduce((sum, { share }) => sum + share, 0));
}

/** The smallest of the law's points at or below which that share of the singular values lies. */
function quantile(law: Law, share: number): number {
  const places = [...law.atoms.map(({ s }) => s), ...law.s].sort((a, b) => a - b);
  return places.find((s) => below(law, s, true) >= share) ?? places.at(-1) ?? 0;
}
