import type { Activation, Node } from './graph.js';

/** A node as a function of one tensor, entry by entry. */
interface Elementwise {
  readonly root: number;
  readonly at: (x: number) => number;
  /** More than the tensor itself, scaled and shifted. */
  readonly bends: boolean;
  /** Steps that one evaluation takes. */
  readonly steps: number;
}

/** No activation that someone writes out takes more steps. */
const mostSteps = 64;

/**
 * Activations that are written out, `x * torch.sigmoid(x)`, `0.5 * x * (1 + torch.tanh(…))`, as the one function that they are: whatever a node
 * makes of one tensor, entry by entry, is compared with the activations that have a name. The product of a tensor with another function of
 * itself has no theory, since its factors depend on each other.
 */
export function recognizeActivations(nodes: readonly Node[]): readonly Node[] {
  if (!nodes.some((node) => node.kind === 'multiply' || isQuotient(node))) return nodes;
  const known: (Elementwise | null)[] = [];
  let changed = false;
  const result = nodes.map((node): Node => {
    const own = elementwise(node, known);
    known.push(own);
    if (!own?.bends || !joins(node, known)) return node;
    const found = named(own.at);
    const { id, path, location, shape } = node;
    if (found) {
      changed = true;
      return { id, path, name: found.activation, location, inputs: [own.root], shape, ...found };
    }
    // A scale or a shift may still complete it.
    if (node.kind !== 'multiply' || isSquare(node, known)) return node;
    changed = true;
    return { ...node, kind: 'opaque', reason: dependent, weightless: true, calculation: { what: 'product' } };
  });
  return changed ? result.map((node) => restored(node, nodes, result)) : nodes;
}

const dependent = 'The product of a tensor with a function of itself is not described by the theory used here.';

/** Products on the way to an activation are read by it no more; those that are read stay what they are said to be. */
const restored = (node: Node, before: readonly Node[], after: readonly Node[]): Node =>
  node.kind === 'opaque' && node.reason === dependent && !after.some(({ inputs }) => inputs.includes(node.id))
    ? before[node.id]!
    : node;

/** Where functions of one tensor come together, or the last step behind. */
function joins(node: Node, known: readonly (Elementwise | null)[]): boolean {
  if (node.kind === 'multiply' || node.kind === 'add' || isQuotient(node)) return true;
  return (node.kind === 'scale' || node.kind === 'shift') && known[node.inputs[0]!]?.bends === true;
}

const isQuotient = (node: Node): boolean => node.kind === 'opaque' && node.calculation?.what === 'quotient';

/** Of what is as Gaussian as the tensor itself. */
const isSquare = ({ inputs: [a, b] }: Node, known: readonly (Elementwise | null)[]): boolean =>
  a === b && known[a!]?.bends !== true;

function elementwise(node: Node, known: readonly (Elementwise | null)[]): Elementwise | null {
  const inputs = node.inputs.map((input) => known[input] ?? { root: input, at: (x: number) => x, bends: false, steps: 0 });
  const [first] = inputs;
  if (!first || inputs.some(({ root }) => root !== first.root)) return null;
  const steps = inputs.reduce((sum, one) => sum + one.steps, 1);
  const step = steps <= mostSteps ? stepOf(node, inputs) : null;
  return step && { ...step, root: first.root, steps };
}

function stepOf(node: Node, [first, second]: readonly Elementwise[]): Pick<Elementwise, 'at' | 'bends'> | null {
  const { at, bends } = first!;
  switch (node.kind) {
    case 'scale': {
      const factor = node.parameter ? sameEverywhere(node.parameter.writes.at(-1)) : node.factor;
      return factor === null ? null : { at: (x) => factor * at(x), bends };
    }
    case 'shift': {
      const offset = node.parameter ? null : node.offset;
      return offset === null ? null : { at: (x) => at(x) + offset, bends };
    }
    case 'activation': {
      const phi = functionOf(node);
      return phi && { at: (x) => phi(at(x)), bends: true };
    }
    case 'multiply':
      return second ? { at: (x) => at(x) * second.at(x), bends: true } : null;
    case 'add':
      return second
        ? { at: (x) => node.coefficients[0]! * at(x) + node.coefficients[1]! * second.at(x), bends: bends || second.bends }
        : null;
    case 'opaque': {
      const { calculation } = node;
      if (calculation?.what === 'power') return { at: (x) => at(x) ** calculation.exponent, bends: true };
      if (calculation?.what !== 'quotient') return null;
      if (second) return { at: (x) => at(x) / second.at(x), bends: true };
      const { dividend } = calculation;
      return dividend === null ? null : { at: (x) => dividend / at(x), bends: true };
    }
    default:
      return null;
  }
}

/** The number that a learned factor starts from in all places. */
function sameEverywhere(write: { readonly mean: unknown; readonly variance: unknown } | undefined): number | null {
  return write?.variance === 0 && typeof write.mean === 'number' ? write.mean : null;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
const clip = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x));

/** erf by Abramowitz & Stegun 1964, 7.1.26, with an error below 1.5·10⁻⁷. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** Steps that written-out activations are made of. */
const functions: Readonly<Record<string, (x: number) => number>> = {
  sigmoid,
  tanh: Math.tanh,
  softplus,
  erf,
  exponential: Math.exp,
  relu: (x) => Math.max(0, x),
  relu6: (x) => clip(x, 0, 6),
  hardsigmoid: (x) => clip(x / 6 + 0.5, 0, 1),
  abs: Math.abs,
};

function functionOf({ activation, parameters }: Activation): ((x: number) => number) | null {
  const { beta, ...others } = parameters;
  const phi = functions[activation];
  if (!phi || Object.keys(others).length > 0) return null;
  return beta === undefined ? phi : activation === 'softplus' ? (x) => softplus(beta * x) / beta : null;
}

const candidates: readonly [activation: string, at: (x: number) => number][] = [
  ['gelu', (x) => (x / 2) * (1 + erf(x / Math.SQRT2))],
  ['gelu_tanh', (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
  ['mish', (x) => x * Math.tanh(softplus(x))],
  ['hardswish', (x) => (x * clip(x + 3, 0, 6)) / 6],
  ['relu', (x) => Math.max(0, x)],
  ['squared_relu', (x) => Math.max(0, x) ** 2],
  ['tanh', Math.tanh],
  ['sigmoid', sigmoid],
  ['softsign', (x) => x / (1 + Math.abs(x))],
  ['tanhshrink', (x) => x - Math.tanh(x)],
];

/** Between them the candidates differ by more than the tolerance somewhere. */
const places = [-4.1, -2.7, -1.6, -0.9, -0.35, 0.2, 0.6, 1.1, 1.9, 2.6, 3.4, 4.8];
const tolerance = 1e-4;

function named(at: (x: number) => number): Activation | null {
  const agrees = (other: (x: number) => number) => places.every((x) => Math.abs(at(x) - other(x)) < tolerance);
  const found = candidates.find(([, other]) => agrees(other));
  if (found) return { kind: 'activation', activation: found[0], parameters: {} };
  // x σ(β x), as in Swish and the quick form of GELU.
  const ratio = at(1);
  const beta = ratio > 0 && ratio < 1 ? Math.log(ratio / (1 - ratio)) : 0;
  if (beta <= 0.1 || !agrees((x) => x * sigmoid(beta * x))) return null;
  const rounded = Number(beta.toPrecision(6));
  return { kind: 'activation', activation: 'silu', parameters: rounded === 1 ? {} : { beta: rounded } };
}
