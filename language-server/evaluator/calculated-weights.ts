import { type CalculatedLaw, calculatedLaw } from '../network/calculated-law.js';
import type { Distribution, Location, Source } from '../network/distribution.js';
import type { Layer, Node, Parameter } from '../network/graph.js';
import { equals } from '../network/quantity.js';
import { recognizeNormalizations } from '../network/written-normalizations.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';
import type { Trace } from './trace.js';
import type { Value } from './values.js';

/** A tensor that a layer works with, calculated from trainable ones. */
interface Calculated {
  readonly parameter: Parameter;
  /** The trainable tensors that it is made of. */
  readonly from: readonly Parameter[];
}

/**
 * The layer whose weight is calculated before each use from tensors of the model alone, `F.linear(x, mu + sigma * noise)`,
 * `F.conv2d(x, weight * scale)`, `x @ weight.t()`: in the place of the layer that owns the weight, if there is one.
 *
 * @param rowsAreInputs the weight lies the other way round
 * @returns the layer, and the tensor that stands for it among the model's
 */
export function calculatedLayer(
  run: Interpreter,
  kind: string,
  weight: Value | undefined,
  bias: Value | undefined,
  { node, rowsAreInputs }: { readonly node: SyntaxNode; readonly rowsAreInputs: boolean },
): { readonly layer: Layer; readonly of: Parameter } | null {
  const made = calculated(run, weight);
  const main = made && (made.from.find((one) => run.layers.has(one)) ?? made.from.find(({ shape }) => (shape?.length ?? 0) > 1));
  if (!made || !main) return null;
  const known = run.calculated.get(main);
  if (known) return { layer: known, of: main };
  const owner = run.layers.get(main);
  const { shape } = made.parameter;
  const fans = run.framework.fans(rowsAreInputs ? (shape?.toReversed() ?? null) : shape);
  const hasBias = bias !== undefined && bias.kind !== 'none';
  const shift = hasBias ? calculated(run, bias) : null;
  const layer: Layer = {
    path: owner?.path ?? run.trace!.path,
    kind: owner?.kind ?? kind,
    role: 'linear',
    location: owner?.location ?? run.location(node),
    weight: made.parameter,
    bias: hasBias
      ? (shift?.parameter ?? { name: 'bias', shape: null, writes: [{ ...unknown, source: sourceAt(run, run.location(node)) }] })
      : null,
    fanIn: fans?.fanIn ?? null,
    fanOut: fans?.fanOut ?? null,
    summands: fans?.fanIn ?? null,
    others: [...new Set([...(owner?.others ?? []), ...made.from, ...(shift?.from ?? [])])],
  };
  return { layer, of: main };
}

/** A tensor that is calculated from tensors of the model alone, with its law; `null` where that is not known. */
export function calculatedParameter(run: Interpreter, value: Value | undefined): Parameter | null {
  const made = calculated(run, value);
  if (!made || made.parameter.writes.at(-1)!.variance === null) return null;
  run.trace!.origins.set(made.parameter, made.from);
  return made.parameter;
}

function calculated(run: Interpreter, value: Value | undefined): Calculated | null {
  if (value?.kind === 'parameter') {
    const from = value.from ?? (value.trainable ? [value.parameter] : []);
    return from.length > 0 ? { parameter: value.parameter, from } : null;
  }
  const { trace } = run;
  if (value?.kind !== 'tensor' || !trace) return null;
  const from = parametersBehind(trace, value.node);
  if (!from) return null;
  const { nodes, outputs } = recognizeNormalizations({ nodes: trace.nodes.slice(0, value.node + 1), outputs: [value.node] });
  const law = calculatedLaw(nodes, outputs[0]!, {
    at: ({ location }) => trace.drawn.get(location),
    originsOf: (parameter) => trace.origins.get(parameter) ?? [parameter],
  });
  trace.spent.add(value.node);
  const source = sourceAt(run, trace.nodes[value.node]!.location);
  const name = from[0]!.name || 'weight';
  const parameter: Parameter = { name, shape: value.shape, writes: [law ? writeOf(law, source) : { ...unknown, source }] };
  return { parameter: law?.centred ? { ...parameter, centred: true } : parameter, from };
}

/** The trainable tensors that a node is made of; `null` where there is none, or an input of the network takes part. */
function parametersBehind(trace: Trace, node: number): readonly Parameter[] | null {
  const found = new Set<Parameter>();
  const seen = new Set<number>();
  const visit = (id: number): boolean => {
    if (seen.has(id)) return true;
    seen.add(id);
    const one = trace.nodes[id]!;
    if (one.kind === 'affine' || one.kind === 'recurrent' || (one.kind === 'opaque' && !one.weightless)) return false;
    if (one.kind === 'input' && !trace.drawn.has(one.location)) return false;
    for (const own of tensorsOf(one)) for (const origin of trace.origins.get(own) ?? []) found.add(origin);
    return one.inputs.every(visit);
  };
  return visit(node) && found.size > 0 ? [...found] : null;
}

function tensorsOf(node: Node): readonly Parameter[] {
  if (node.kind === 'normalization') return [node.weight, node.bias].filter((one) => one !== null);
  const own = node.kind === 'parameter' || node.kind === 'scale' || node.kind === 'shift' ? node.parameter : null;
  return own ? [own] : [];
}

/** Of a view, who drew the tensor; else what is calculated. */
function writeOf({ mean, variance, family, sources }: CalculatedLaw, source: Source): Distribution {
  const [only] = sources.size === 1 ? sources : [];
  const last = only?.writes.at(-1);
  const isView = last?.family === family && last.mean !== null && equals(last.mean, mean) && last.variance !== null;
  return isView && equals(last.variance, variance) ? last : { family, mean, variance, formula: null, source };
}

const unknown = { family: 'unknown', mean: null, variance: null, formula: null } as const;

/** The calculation, as it is written. */
function sourceAt(run: Interpreter, location: Location): Source {
  const { tree } = run.file;
  const { start, end } = location.range;
  const text =
    location.file === run.file.id ? tree.text.slice(tree.lines.offset(start), tree.lines.offset(end)) : 'a calculation';
  return { kind: 'call', text: text.replace(/\s+/g, ' ').slice(0, 60), location };
}
