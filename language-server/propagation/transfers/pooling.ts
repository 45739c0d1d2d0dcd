import { activation as activationNamed } from '../../meanfield/activations.js';
import type { Pooling } from '../../network/graph.js';
import { logMoments, maximumMoments } from '../moments.js';
import { clampCorrelation, type Signal, type Transferred } from '../signal.js';
import { numbersOf, product } from '../sizes.js';

/** Windows of w positions, of which one in t gives an output. */
interface Window {
  readonly w: number;
  readonly t: number;
  readonly spatial: readonly number[] | null;
}

export function pool(node: Pooling, input: Signal): Transferred | string {
  const window = windowOf(node, input.spatial);
  if (!window) return 'the number of positions that a pooling takes together is not known';
  return node.variant.endsWith('max') ? largest(window, input) : average(window, input);
}

/**
 * Mean of w positions of second moment p and correlation ρ: p (1 + (w−1) ρ)/w. Backwards each entry gets δ/w from each of its w/t windows.
 * Novak et al. 2019, arXiv:1810.05148, §3.
 */
function average({ w, t, spatial }: Window, input: Signal): Transferred {
  const share = (1 + (w - 1) * input.cSpatial) / w;
  const between = (input.c + (w - 1) * input.cSpatial) / w;
  const covered = w / t;
  return {
    signal: {
      logQ: input.logQ + Math.log(share),
      c: clampCorrelation(between / share),
      cSpatial: clampCorrelation(input.cSpatial / share),
      mean: input.mean / Math.sqrt(share),
      spatial,
    },
    // Positions under the same window get the same gradient; over all pairs that counts where the window is the whole map.
    gains: [{ logSame: Math.log(covered / (w * w)), cross: covered, shared: spatial !== null && product(spatial) === 1 ? 1 : 0 }],
  };
}

/** The largest of w positions, taken as Gaussians of equal correlation before a rising activation. Backwards one of them gets all. */
function largest({ w, t, spatial }: Window, input: Signal): Transferred | string {
  const before = input.activated?.before ?? input;
  const phi = input.activated
    ? activationNamed(input.activated.activation, input.activated.parameters)
    : activationNamed('linear');
  if (!phi) return 'the activation before a pooling is not described by the theory used here';
  const { logSecond, mean, cBetween, logSlope } = maximumMoments(phi, before.logQ, before.cSpatial, w);
  const own = before.cSpatial >= 1 ? 0 : (before.c - before.cSpatial) / (1 - before.cSpatial);
  // The activation's own factor E φ′² counts all positions; the one that is picked has a slope of its own.
  const picked = logSlope - logMoments(phi, before.logQ, before.mean).logSlope;
  return {
    signal: {
      logQ: logSecond,
      c: clampCorrelation(cBetween + own * (1 - cBetween)),
      cSpatial: clampCorrelation(cBetween),
      mean,
      spatial,
    },
    gains: [{ logSame: -Math.log(t) + picked, cross: 1 / t, shared: 0 }],
  };
}

function windowOf(node: Pooling, spatial: Signal['spatial']): Window | null {
  const kernel = numbersOf(node.kernel);
  const stride = numbersOf(node.stride);
  if (node.variant.startsWith('global')) {
    const positions = spatial && spatial.length > 0 ? product(spatial) : kernel && kernel.length > 0 ? product(kernel) : null;
    return positions === null ? null : { w: positions, t: positions, spatial: (spatial ?? []).map(() => 1) };
  }
  if (node.variant.startsWith('adaptive')) {
    const target = node.target ? numbersOf(node.target) : null;
    if (!target || !spatial || spatial.length !== target.length) return null;
    // An adaptive pooling to more positions than there are copies them.
    const w = product(spatial.map((size, i) => Math.max(1, Math.ceil(size / target[i]!))));
    const t = product(spatial.map((size, i) => size / target[i]!));
    return { w, t: Math.min(t, w), spatial: target };
  }
  if (!kernel || !stride) return null;
  const padding = numbersOf(node.padding) ?? kernel.map(() => 0);
  const sizes =
    spatial?.map((size, i) => Math.max(1, Math.floor((size + 2 * padding[i]! - kernel[i]!) / stride[i]!) + 1)) ?? null;
  return { w: product(kernel), t: product(stride), spatial: sizes };
}
