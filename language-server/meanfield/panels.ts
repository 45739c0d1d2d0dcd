import { gaussLegendre, type Rule } from './gauss-legendre.js';
import { normalDensity } from './special-functions.js';

/** A place near which the integrand varies on its own scale, for instance the centre of a tanh. */
export interface Center {
  readonly at: number;
  /** Width of the panels there. `Infinity`: a polynomial, which needs no panels of its own. */
  readonly scale: number;
  /** Distance beyond which the integrand is a polynomial again to rounding. */
  readonly extent: number;
}

export interface Nodes {
  readonly z: Float64Array;
  /** Quadrature weight, with the density of N(0, 1) for Gaussian integrals. */
  readonly weight: Float64Array;
  readonly count: number;
}

/** |z| beyond which the normal density (2e-17 of its maximum) cannot change a double. */
export const reach = 8.75;

const rule = gaussLegendre(12);
/** Six nodes a panel, for what is shown and not iterated: relative error below 10⁻⁴. */
const draftRule = gaussLegendre(6);
/** Twelve nodes carry the Gaussian over this width to 1e-17. */
const widest = 2.5;
/** A panel may be this many times as wide as its distance from a center: the nearest pole then stays outside a Bernstein ellipse with ρ > 3.5. */
const growth = 2.25;

/**
 * Composite Gauss–Legendre nodes on [from, to] for ∫ f(z) n(z) dz, split at `breaks` (kinks) and graded towards `centers`.
 *
 * Panels grow geometrically away from a center, so that φ(√q z) is resolved for q = 10⁶ as for q = 1, with few nodes.
 */
export function gaussianNodes(
  from: number,
  to: number,
  breaks: readonly number[],
  centers: readonly Center[],
  draft = false,
): Nodes {
  const nodes = gradedNodes(from, to, breaks, centers, widest, draft ? draftRule : rule);
  for (let i = 0; i < nodes.count; i++) nodes.weight[i]! *= normalDensity(nodes.z[i]!);
  return nodes;
}

/** The same without the Gaussian weight, in panels no wider than `limit`. */
export function gradedNodes(
  from: number,
  to: number,
  breaks: readonly number[],
  centers: readonly Center[],
  limit: number,
  used: Rule = rule,
): Nodes {
  const edges = panelEdges(from, to, breaks, centers, limit);
  const count = (edges.length - 1) * used.nodes.length;
  const z = new Float64Array(count);
  const weight = new Float64Array(count);
  let i = 0;
  for (let panel = 1; panel < edges.length; panel++) {
    const middle = (edges[panel]! + edges[panel - 1]!) / 2;
    const half = (edges[panel]! - edges[panel - 1]!) / 2;
    for (let k = 0; k < used.nodes.length; k++, i++) {
      z[i] = middle + half * used.nodes[k]!;
      weight[i] = half * used.weights[k]!;
    }
  }
  return { z, weight, count };
}

function panelEdges(from: number, to: number, breaks: readonly number[], centers: readonly Center[], limit: number): number[] {
  const inside = breaks.filter((at) => at > from && at < to).sort((a, b) => a - b);
  const edges = [from];
  for (const stop of [...inside, to]) {
    for (let at = edges[edges.length - 1]!; at < stop; ) {
      const width = panelWidth(at, centers, limit);
      // A sliver before the stop would cost a panel for nothing.
      at = at + 1.1 * width >= stop ? stop : at + width;
      edges.push(at);
    }
  }
  return edges;
}

function panelWidth(at: number, centers: readonly Center[], limit: number): number {
  let width = limit;
  for (const center of centers) {
    const distance = at - center.at;
    if (distance >= center.extent) continue;
    // Left of a center the panel's far end is nearest to it: growth / (1 + growth) is the mirrored rule.
    const allowed = distance >= 0 ? growth * distance : (growth / (1 + growth)) * -distance;
    width = Math.min(width, Math.max(center.scale, allowed));
  }
  return width;
}
