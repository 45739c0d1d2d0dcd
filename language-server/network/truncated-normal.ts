/**
 * Mean and variance of N(mean, std²) cut to [a, b], bounds absolute. Relative error below 1e-11, also far out in one tail.
 *
 * With α = (a−μ)/s, β = (b−μ)/s, Z = Φ(β)−Φ(α): mean μ + s(n(α)−n(β))/Z, variance s²[1 + (αn(α)−βn(β))/Z − ((n(α)−n(β))/Z)²].
 *
 * @throws RangeError unless std > 0 and a < b
 */
export function truncatedNormalMoments(mean: number, std: number, a: number, b: number): { mean: number; variance: number } {
  if (!(std > 0) || !(a < b))
    throw new RangeError(`A truncated normal needs std > 0 and a < b, not std = ${std}, a = ${a}, b = ${b}.`);
  const alpha = (a - mean) / std;
  const beta = (b - mean) / std;
  // The mass can sit in a thin layer at one end; integrating over the layer keeps what cancels in the closed form.
  const moments = remembered(alpha, beta);
  return { mean: mean + std * moments.mean, variance: std * std * moments.variance };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

const known = new Map<string, Moments>();

/** Most layers of a model are cut alike. */
function remembered(alpha: number, beta: number): Moments {
  const key = `${alpha} ${beta}`;
  const found = known.get(key) ?? integrate(alpha, beta);
  // Bounds come from users' files, which have no end.
  if (known.size < 1_000) known.set(key, found);
  return found;
}

/** Moments of a standard normal on [alpha, beta] by Gauss–Legendre panels, with the density scaled to 1 at its largest point. */
function integrate(alpha: number, beta: number): Moments {
  const mode = Math.min(Math.max(0, alpha), beta);
  // Beyond 40 widths of decay from the mode nothing is left: in the tail the density falls like exp(−|mode|·t).
  const reach = Math.min(12, 40 / Math.max(1, Math.abs(mode)));
  const low = Math.max(alpha, mode - (mode > 0 && alpha === mode ? 0 : reach));
  const high = Math.min(beta, mode + (mode < 0 && beta === mode ? 0 : reach));
  // In the distance from the mode, so that a thin layer far from zero loses no digits.
  const [from, to] = [low - mode, high - mode];
  const weight = (t: number) => Math.exp(-t * (mode + t / 2));
  const total = panels(from, to, weight);
  // The mean of a symmetric interval is 0 and not the rounding of its integral: a weight with mean 0 is told by that.
  const first = mode === 0 && from === -to ? 0 : panels(from, to, (t) => t * weight(t)) / total;
  const variance = panels(from, to, (t) => (t - first) ** 2 * weight(t)) / total;
  return { mean: mode + first, variance };
}

const panelCount = 24;

function panels(low: number, high: number, f: (z: number) => number): number {
  const half = (high - low) / panelCount / 2;
  let sum = 0;
  for (let i = 0; i < panelCount; i++) {
    const middle = low + (2 * i + 1) * half;
    for (let j = 0; j < nodes.length; j++) sum += weights[j]! * (f(middle - half * nodes[j]!) + f(middle + half * nodes[j]!));
  }
  return sum * half;
}

/** Positive half of the 10-point Gauss–Legendre rule. Abramowitz & Stegun 1964, table 25.4. */
const nodes = [0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717];
const weights = [0.2955242247147529, 0.2692667193099963, 0.2190863625159821, 0.1494513491505806, 0.0666713443086881];
