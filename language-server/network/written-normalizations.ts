import type { Calculation, Node, Normalization, Operation, Shape } from './graph.js';
import { equals, type Quantity } from './quantity.js';
import { withoutNodes } from './without-nodes.js';

interface Graph {
  readonly nodes: readonly Node[];
  readonly outputs: readonly number[];
}

/**
 * Normalizations that are written out, `(x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, keepdim=True) + eps)`, as the one step that they
 * are: a tensor, with its mean taken away or not, that is divided by the root of its mean square over some dimensions, or by its norm. How
 * it is written is no matter: with a variance, a standard deviation or a mean of squares, by a quotient or by the product with an inverse root.
 */
export function recognizeNormalizations({ nodes, outputs }: Graph): Graph {
  if (!nodes.some((node) => node.kind === 'opaque' && node.calculation)) return { nodes, outputs };
  const result = [...nodes];
  const readers = readersOf(nodes);
  let found = false;
  for (const node of nodes) {
    const division = divisionAt(nodes, node);
    const written = division && normalizationOf(nodes, division);
    if (!written) continue;
    // A factor, as a learned scale, acts behind the division just as well, wherever it is written.
    const factors = [...division.factors, ...division.size.factors];
    const slots = [...factors.map(({ slot }) => slot), node.id].sort((a, b) => a - b);
    if (slots.some((id) => id !== node.id && (readers[id]!.length > 1 || outputs.includes(id)))) continue;
    found = true;
    const steps = [{ name: names[written.operation.variant], operation: written.operation, others: [] }, ...factors];
    steps.forEach(({ name, operation, others }, i) => {
      const { id, path, location } = nodes[slots[i]!]!;
      const inputs = [i === 0 ? written.input : slots[i - 1]!, ...others];
      result[id] = { id, path, name, location, inputs, shape: node.shape, ...operation };
    });
  }
  return found ? withoutUnread({ nodes, outputs }, result) : { nodes, outputs };
}

/** A graph with other nodes in the same places, without those that lost all their readers. */
export function withoutUnread({ nodes: before, outputs }: Graph, nodes: readonly Node[]): Graph {
  if (nodes === before) return { nodes, outputs };
  const had = readersOf(before);
  const gone = new Set<number>();
  const left = readersOf(nodes).map((readers) => readers.length);
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (left[id]! > 0 || had[id]!.length === 0 || outputs.includes(id)) continue;
    gone.add(id);
    for (const input of nodes[id]!.inputs) left[input]!--;
  }
  return withoutNodes({ nodes, outputs }, gone);
}

/** What a node's readers are, once for each use. */
function readersOf(nodes: readonly Node[]): number[][] {
  const readers: number[][] = nodes.map(() => []);
  for (const { id, inputs } of nodes) for (const input of inputs) readers[input]!.push(id);
  return readers;
}

interface Division {
  /** What is divided, without its factors. */
  readonly numerator: number;
  readonly factors: readonly Factor[];
  readonly size: Size;
}

/** A multiplication that may as well stand behind the division. */
interface Factor {
  /** The node that does it, or that holds it. */
  readonly slot: number;
  readonly name: string;
  readonly operation: Operation;
  /** What it multiplies with. */
  readonly others: readonly number[];
}

/** A root of a mean square: of a tensor, over dimensions of one view of it. */
interface Size {
  /** The tensor whose size it is. */
  readonly of: number;
  readonly over: readonly number[] | null;
  /** Its mean was taken away before. */
  readonly centred: boolean;
  /** Not the mean of the squares but their sum. */
  readonly summed: boolean;
  readonly epsilon: number;
  /** What the root, or its inverse, is multiplied with, as a factor on the quotient. */
  readonly factors: readonly Factor[];
}

function divisionAt(nodes: readonly Node[], node: Node): Division | null {
  const calculation = calculationOf(node);
  if (calculation?.what === 'quotient' && node.inputs.length === 2)
    return numerator(nodes, node.inputs[0]!, rootAt(nodes, node.inputs[1]!));
  if (node.kind !== 'multiply' || node.inputs.length !== 2) return null;
  const [a, b] = node.inputs as [number, number];
  return numerator(nodes, a, inverseAt(nodes, b)) ?? numerator(nodes, b, inverseAt(nodes, a));
}

function numerator(nodes: readonly Node[], id: number, size: Size | null): Division | null {
  if (!size) return null;
  const factors: Factor[] = [];
  let at = id;
  for (let node = nodes[at]!; node.kind === 'scale'; node = nodes[at]!) {
    const { factor, parameter } = node;
    factors.unshift({ slot: at, name: node.name, operation: { kind: 'scale', factor, parameter }, others: [] });
    at = node.inputs[0]!;
  }
  return { numerator: at, factors, size };
}

const calculationOf = (node: Node): Calculation | null => (node.kind === 'opaque' ? (node.calculation ?? null) : null);

const plainly = { epsilon: 0, factors: [] } as const;

const withFactor = (size: Size | null, factor: Factor): Size | null => size && { ...size, factors: [...size.factors, factor] };

/** 1/s. */
function inverseAt(nodes: readonly Node[], id: number): Size | null {
  const node = nodes[id]!;
  const calculation = calculationOf(node);
  const [input] = node.inputs;
  if (isView(node)) return inverseAt(nodes, input!);
  if (calculation?.what === 'power' && calculation.exponent === -0.5) return squareAt(nodes, input!);
  if (calculation?.what === 'power' && calculation.exponent === -1) return rootAt(nodes, input!);
  if (calculation?.what !== 'quotient') return null;
  const root = rootAt(nodes, node.inputs.at(-1)!);
  const { dividend } = calculation;
  if (dividend === 1) return root;
  if (dividend !== null) return withFactor(root, scaleBy(id, dividend));
  // A learned scale that is divided first.
  const isScale = node.inputs.length === 2 && nodes[rootOf(nodes, input!)]!.kind === 'parameter';
  return isScale ? withFactor(root, { slot: id, name: 'mul', operation: { kind: 'multiply' }, others: [input!] }) : null;
}

const scaleBy = (slot: number, factor: number): Factor => ({
  slot,
  name: 'mul',
  operation: { kind: 'scale', factor, parameter: null },
  others: [],
});

/** s, to which or below whose root something small was added. */
function rootAt(nodes: readonly Node[], id: number): Size | null {
  const node = nodes[id]!;
  const calculation = calculationOf(node);
  const [input] = node.inputs;
  if (isView(node)) return rootAt(nodes, input!);
  if (isSmallShift(node)) return withEpsilon(rootAt(nodes, input!), node.offset! ** 2);
  if (node.kind === 'scale' && node.factor) return withFactor(rootAt(nodes, input!), scaleBy(id, 1 / node.factor));
  switch (calculation?.what) {
    case 'floor':
      return Math.abs(calculation.at) <= small ? rootAt(nodes, input!) : null;
    case 'power':
      return calculation.exponent === 0.5 ? squareAt(nodes, input!) : null;
    case 'deviation':
      return { of: input!, over: calculation.over, centred: true, summed: false, ...plainly };
    case 'norm':
      return { of: input!, over: calculation.over, centred: false, summed: true, ...plainly };
    default:
      return null;
  }
}

/** s². */
function squareAt(nodes: readonly Node[], id: number): Size | null {
  const node = nodes[id]!;
  const calculation = calculationOf(node);
  const [input] = node.inputs;
  if (isView(node)) return squareAt(nodes, input!);
  if (isSmallShift(node)) return withEpsilon(squareAt(nodes, input!), node.offset!);
  if (node.kind === 'pooling' && node.over !== undefined) return meanSquare(nodes, input!, node.over, false);
  switch (calculation?.what) {
    case 'floor':
      return Math.abs(calculation.at) <= small ? squareAt(nodes, input!) : null;
    case 'variance':
      return { of: input!, over: calculation.over, centred: true, summed: false, ...plainly };
    case 'sum':
      return meanSquare(nodes, input!, calculation.over, true);
    case 'power': {
      const root = calculation.exponent === 2 ? rootAt(nodes, input!) : null;
      return root && root.epsilon === 0 ? root : null;
    }
    default:
      return null;
  }
}

function meanSquare(nodes: readonly Node[], id: number, over: Size['over'], summed: boolean): Size | null {
  const node = nodes[id]!;
  if (node.kind !== 'multiply' || rootOf(nodes, node.inputs[0]!) !== rootOf(nodes, node.inputs[1]!)) return null;
  return { of: node.inputs[0]!, over, centred: false, summed, ...plainly };
}

/** What is added for numerical reasons changes a signal of order one by less than anyone would notice. */
const small = 0.01;

const isSmallShift = (node: Node): node is Node & { kind: 'shift'; offset: number } =>
  node.kind === 'shift' && node.offset !== null && Math.abs(node.offset) <= small;

const withEpsilon = (size: Size | null, epsilon: number): Size | null => size && { ...size, epsilon: size.epsilon + epsilon };

interface Written {
  readonly input: number;
  readonly operation: Normalization;
}

function normalizationOf(nodes: readonly Node[], { numerator: id, size }: Division): Written | null {
  const top = centredAt(nodes, id);
  const seen = nodes[size.of]!.shape;
  // The deviation of what has no mean any more is its root mean square.
  const below = centredAt(nodes, viewedBy(nodes, size.of)) ?? (size.centred ? { of: size.of, over: size.over, seen } : null);
  const centred = top !== null && below !== null;
  if (size.centred && !top) return null;
  const taken = centred ? top.of : id;
  const root = rootOf(nodes, taken);
  if (root !== rootOf(nodes, centred ? below.of : size.of)) return null;
  const shape = nodes[root]!.shape ?? nodes[taken]!.shape;
  // All in the dimensions of the tensor itself, whatever view of it a statistic is taken of.
  const [along, ...others] = [{ over: size.over, seen }, ...(centred ? [top, below] : [])].map((one) =>
    axesOf(one.over, one.seen, shape),
  );
  if (others.some((axes) => !sameAxes(axes, along!))) return null;
  const variant = variantOf(shape, seen, size.over);
  if (!variant) return null;
  // Groups are told by the view, their channels by what it is a view of.
  const input = variant.name === 'layer' ? taken : root;
  const plain = { weight: null, bias: null, epsilon: size.epsilon, groups: variant.groups, kind: 'normalization' } as const;
  const axis = variant.axis === undefined ? {} : { axis: variant.axis };
  if (centred) return size.summed ? null : { input, operation: { ...plain, variant: variant.name, ...axis } };
  // Without the mean, only the features of a position make a root mean square that the theory knows.
  if (variant.name !== 'layer') return null;
  if (!size.summed) return { input, operation: { ...plain, variant: 'rms', ...axis } };
  const entries = size.over?.length === 1 ? seen?.at(size.over[0]!) : undefined;
  return { input, operation: { ...plain, epsilon: 0, variant: 'vector', ...(entries !== undefined && { entries }) } };
}

interface Centred {
  readonly of: number;
  readonly over: Size['over'];
  /** The shape to which these dimensions belong. */
  readonly seen: Shape;
}

/** x − ⟨x⟩, with the dimensions of the mean. */
function centredAt(nodes: readonly Node[], id: number): Centred | null {
  const node = nodes[id]!;
  if (node.kind !== 'add' || node.inputs.length !== 2 || node.coefficients[0] !== 1 || node.coefficients[1] !== -1) return null;
  let mean = nodes[node.inputs[1]!]!;
  const over = new Set<number>();
  let all = false;
  let seen: Shape = null;
  // A mean over several dimensions may be taken one after the other.
  while (isView(mean) || (mean.kind === 'pooling' && mean.over !== undefined)) {
    if (mean.kind === 'pooling') {
      all ||= mean.over === null;
      for (const axis of mean.over ?? []) over.add(axis);
      seen = nodes[mean.inputs[0]!]!.shape;
    }
    mean = nodes[mean.inputs[0]!]!;
  }
  const [of] = node.inputs;
  const isMean = all || over.size > 0;
  return isMean && rootOf(nodes, of!) === rootOf(nodes, mean.id) ? { of: of!, over: all ? null : [...over], seen } : null;
}

const isView = (node: Node): boolean => node.kind === 'reshape' && node.inputs.length === 1 && !node.taken;

/** The node that this one is another view of. */
function viewedBy(nodes: readonly Node[], id: number): number {
  let at = id;
  while (isView(nodes[at]!)) at = nodes[at]!.inputs[0]!;
  return at;
}

/** The same, one node for each tensor. */
function rootOf(nodes: readonly Node[], id: number): number {
  const at = viewedBy(nodes, id);
  const node = nodes[at]!;
  // Each use of a parameter has a node of its own.
  return node.kind === 'parameter' ? nodes.findIndex((one) => one.kind === 'parameter' && one.parameter === node.parameter) : at;
}

/** Dimensions of a view that puts the last ones of a tensor together, as those of the tensor. */
function axesOf(over: Size['over'], view: Shape, root: Shape): Size['over'] {
  const [axis] = over ?? [];
  if (
    over === null ||
    axis === undefined ||
    !view ||
    !root ||
    view.length >= root.length ||
    over.length !== 1 ||
    axis !== view.length - 1
  )
    return over;
  const same = view.slice(0, -1).every((size, i) => equals(size, root[i]!) === true);
  return same ? root.slice(axis).map((_, i) => axis + i) : over;
}

const sameAxes = (a: Size['over'], b: Size['over']): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length && [...a].sort().every((axis, i) => axis === [...b].sort()[i]));

/**
 * Which normalization goes over these dimensions of a view of a tensor: over features, over one channel of a map, over groups of channels,
 * or over the batch.
 */
function variantOf(
  shape: Shape,
  view: Shape,
  over: Size['over'],
): { name: 'layer' | 'instance' | 'batch' | 'group'; groups: Quantity | null; axis?: number } | null {
  if (over === null) return null;
  const dimensions = view?.length ?? null;
  const axes = over.map((axis) => (axis < 0 && dimensions !== null ? axis + dimensions : axis)).sort((a, b) => a - b);
  const none = { groups: null };
  if (dimensions === null) {
    if (axes.length !== 1) return axes.join() === '2,3' || axes.join() === '-2,-1' ? { name: 'instance', ...none } : null;
    return axes[0] === -1 ? { name: 'layer', ...none } : axes[0] === 1 ? { name: 'layer', ...none, axis: 1 } : null;
  }
  if (dimensions === 1) return { name: 'layer', ...none };
  const trailing = axes.every((axis, i) => axis === dimensions - axes.length + i);
  if (axes[0] === 0)
    return axes.length === 1 && dimensions === 2
      ? { name: 'batch', ...none }
      : axes.join() === '0,2,3'
        ? { name: 'batch', ...none }
        : null;
  const isSame = shape !== null && shape.length === dimensions;
  if (isSame && dimensions === 4 && axes.join() === '2,3') return { name: 'instance', ...none };
  if (axes.length === 1 && axes[0] === 1 && isSame) return { name: 'layer', ...none, ...(dimensions > 2 && { axis: 1 }) };
  if (!trailing) return null;
  if (isSame || shape === null) return { name: 'layer', ...none };
  // `x.view(n, groups, -1)`: the second dimension tells how many parts the channels make.
  const channels = shape[1];
  if (shape.length < 3 || channels === undefined || axes[0] !== 2) return axes[0] === 1 ? { name: 'layer', ...none } : null;
  return equals(view![1]!, channels) === true ? { name: 'instance', ...none } : { name: 'group', groups: view![1]! };
}

/** As the frameworks call them. */
const names = {
  batch: 'batch_norm',
  layer: 'layer_norm',
  group: 'group_norm',
  instance: 'instance_norm',
  rms: 'rms_norm',
  vector: 'normalize',
  'local-response': 'local_response_norm',
} as const;
