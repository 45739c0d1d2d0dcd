import type { Family } from './distribution.js';
import type { Node, Parameter } from './graph.js';
import { add, divide, multiply, numberOf, type Quantity, subtract } from './quantity.js';

/** Mean and variance of the entries of a tensor that is calculated from others. */
export interface CalculatedLaw {
  readonly mean: Quantity;
  readonly variance: Quantity;
  readonly family: Family;
  readonly sources: ReadonlySet<Parameter>;
  /** The mean over each row was taken away. */
  readonly centred?: boolean;
}

export interface HeldTensors {
  /** The tensor that a node without inputs holds, if it is none of the network's inputs. */
  at(node: Node): Parameter | undefined;
  /** What a tensor was made of. */
  originsOf(parameter: Parameter): readonly Parameter[];
}

/**
 * The law of a tensor that is calculated from tensors with known laws alone, entry by entry independent: sums add means and variances, for
 * products means and second moments multiply, and A B with r summands has the variance r E a² E b² where one of them has no mean.
 *
 * @param tensors what nodes without inputs and parameters of nodes hold
 * @returns `null` where an input of the network takes part, one tensor enters twice, or a step has no law
 */
export function calculatedLaw(nodes: readonly Node[], id: number, tensors: HeldTensors): CalculatedLaw | null {
  const known = new Map<number, CalculatedLaw | null>();
  // A tensor may be used again and again on the way: each is asked for once.
  const lawAt = (at: number): CalculatedLaw | null => {
    if (!known.has(at)) known.set(at, lawOfNode(nodes, at, tensors, lawAt));
    return known.get(at)!;
  };
  return lawAt(id);
}

function lawOfNode(
  nodes: readonly Node[],
  id: number,
  tensors: HeldTensors,
  lawAt: (id: number) => CalculatedLaw | null,
): CalculatedLaw | null {
  const node = nodes[id]!;
  const laws = () => node.inputs.map(lawAt);
  const lawOf = (parameter: Parameter) => lawOfTensor(parameter, tensors.originsOf(parameter));
  switch (node.kind) {
    case 'parameter':
      return lawOf(node.parameter);
    case 'input': {
      const parameter = tensors.at(node);
      return parameter ? lawOf(parameter) : null;
    }
    case 'reshape':
      return laws()[0] ?? null;
    case 'scale': {
      const [law] = laws();
      if (node.parameter) return kept(law!, product(law!, lawOf(node.parameter)));
      return law && node.factor !== null ? scaled(law, node.factor) : null;
    }
    case 'shift': {
      const [law] = laws();
      if (node.parameter) return sum(law!, lawOf(node.parameter));
      return law && node.offset !== null ? { ...law, mean: add(law.mean, node.offset) } : null;
    }
    case 'add':
      return laws()
        .map((law, i) => law && scaled(law, node.coefficients[i] ?? 1))
        .reduce(sum);
    case 'multiply':
      return laws().reduce((a, b) => kept(a, product(a, b)));
    case 'matmul': {
      const [a = null, b = null] = laws();
      const summands = node.letters ? undefined : nodes[node.inputs[0]!]!.shape?.at(-1);
      return summands === undefined ? null : matrixProduct(a, b, summands);
    }
    case 'normalization': {
      const [law] = laws();
      if (law && node.variant === 'vector' && law.mean === 0 && node.entries != null)
        return { ...law, variance: divide(1, node.entries), family: 'unknown' };
      if (!law || node.variant === 'vector' || (node.variant === 'rms' && law.mean !== 0)) return null;
      // Whatever was drawn, its size is that of the normalization. Over a batch of one, rows are normalized as channels.
      const centred = node.variant !== 'rms' && (node.variant !== 'batch' || nodes[node.inputs[0]!]!.shape?.[0] === 1);
      const normalized: CalculatedLaw = { ...law, mean: 0, variance: 1, family: 'unknown', centred };
      const stretched = node.weight ? kept(normalized, product(normalized, lawOf(node.weight))) : normalized;
      return node.bias ? sum(stretched, lawOf(node.bias)) : stretched;
    }
    default:
      return null;
  }
}

function lawOfTensor(parameter: Parameter, sources: readonly Parameter[]): CalculatedLaw | null {
  const last = parameter.writes.at(-1);
  if (!last || last.mean === null || last.variance === null) return null;
  return { mean: last.mean, variance: last.variance, family: last.family, sources: new Set(sources) };
}

/** A gain of each row leaves the row without a mean. */
const kept = (before: CalculatedLaw | null, law: CalculatedLaw | null): CalculatedLaw | null =>
  before?.centred && law ? { ...law, centred: true } : law;

const scaled = (law: CalculatedLaw, factor: number): CalculatedLaw => ({
  ...law,
  mean: multiply(law.mean, factor),
  variance: multiply(law.variance, factor * factor),
});

const secondMoment = ({ mean, variance }: CalculatedLaw): Quantity => add(variance, multiply(mean, mean));

function sum(a: CalculatedLaw | null, b: CalculatedLaw | null): CalculatedLaw | null {
  const sources = together(a, b);
  if (!a || !b || !sources) return null;
  return { mean: add(a.mean, b.mean), variance: add(a.variance, b.variance), family: familyOf(a, b), sources };
}

function product(a: CalculatedLaw | null, b: CalculatedLaw | null): CalculatedLaw | null {
  const sources = together(a, b);
  if (!a || !b || !sources) return null;
  const mean = multiply(a.mean, b.mean);
  const variance = subtract(multiply(secondMoment(a), secondMoment(b)), multiply(mean, mean));
  return { mean, variance, family: familyOf(a, b), sources };
}

function matrixProduct(a: CalculatedLaw | null, b: CalculatedLaw | null, summands: Quantity): CalculatedLaw | null {
  const sources = together(a, b);
  if (!a || !b || !sources || (numberOf(a.mean) !== 0 && numberOf(b.mean) !== 0)) return null;
  const variance = multiply(summands, multiply(secondMoment(a), secondMoment(b)));
  return { mean: 0, variance, family: numberOf(variance) === 0 ? 'zeros' : 'unknown', sources };
}

/** All sources of both; `null` where they share one, so that they are not independent. */
function together(a: CalculatedLaw | null, b: CalculatedLaw | null): Set<Parameter> | null {
  if (!a || !b) return null;
  const all = new Set([...a.sources, ...b.sources]);
  return all.size === a.sources.size + b.sources.size ? all : null;
}

/** What is the same in all places leaves the other's form. */
function familyOf(a: CalculatedLaw, b: CalculatedLaw): Family {
  if (numberOf(b.variance) === 0) return numberOf(a.variance) === 0 ? 'constant' : a.family;
  return numberOf(a.variance) === 0 ? b.family : 'unknown';
}
