import { gaussLegendre } from './gauss-legendre.js';
import { type SoftmaxMoments, softmaxMoments, softmaxMomentsOf } from './softmax-moments.js';

/** Queries that see the same number of keys. */
export interface AttentionRow extends SoftmaxMoments {
  readonly keys: number;
  /** Share of the queries. */
  readonly weight: number;
}

/**
 * The softmax weights of attention, by query: without a mask every one of T queries sees T keys, with a causal mask query t sees t. The first
 * rows of a causal mask one by one, the others by quadrature over ln t, in which Σ a² changes smoothly.
 *
 * @param variance of the logits of one query, ≥ 0
 * @param tokens T, from 1 on
 * @throws RangeError for other arguments
 */
export function attentionRows(variance: number, tokens: number, causal: boolean): AttentionRow[] {
  if (!causal) return [{ ...softmaxMoments(variance, tokens), keys: tokens, weight: 1 }];
  const rows = rowsOf(tokens);
  const moments = softmaxMomentsOf(
    variance,
    rows.map(({ keys }) => keys),
  );
  return rows.map((row, i) => ({ ...row, ...moments[i]! }));
}

const oneByOne = 16;
const nodes = 12;

function rowsOf(tokens: number): { keys: number; weight: number }[] {
  const first = Math.min(tokens, oneByOne + nodes);
  const singles = tokens <= first ? tokens : oneByOne;
  const rows = Array.from({ length: singles }, (_, i) => ({ keys: i + 1, weight: 1 / tokens }));
  if (singles === tokens) return rows;
  // Σ f(t) = ∫ f dt over half a step more on either side, up to f″/24.
  const [from, to] = [Math.log(singles + 0.5), Math.log(tokens + 0.5)];
  const rule = gaussLegendre(nodes);
  const rest = rule.nodes.map((node, i) => {
    const keys = Math.exp(from + ((to - from) * (node + 1)) / 2);
    return { keys, weight: (rule.weights[i]! * keys * (to - from)) / 2 / tokens };
  });
  return [...rows, ...rest];
}

/**
 * Σ_s E a_s E a′_s of two different queries, on average: 1/T without a mask; with a causal one the shorter row ends first, and what is left is 1
 * over the keys of the longer, in the mean over pairs 2 (T − H_T)/(T (T − 1)), H_T = Σ 1/t.
 */
export function sharedKeys(tokens: number, causal: boolean): number {
  if (!causal || tokens < 2) return 1 / tokens;
  return (2 * (tokens - harmonic(tokens))) / (tokens * (tokens - 1));
}

/** Σ_{t ≤ T} 1/t, by its asymptotic series beyond the first few: error below 1e-7. */
function harmonic(count: number): number {
  let sum = 0;
  if (count < 8) {
    for (let t = 1; t <= count; t++) sum += 1 / t;
    return sum;
  }
  return Math.log(count) + 0.5772156649015329 + 1 / (2 * count) - 1 / (12 * count ** 2) + 1 / (120 * count ** 4);
}
