import type { Location } from '../network/distribution.js';
import type { Node, Operation, Parameter, Shape } from '../network/graph.js';
import { BudgetExceeded } from './budget.js';
import type { Tensor } from './values.js';

/** The graph that `forward` draws while it runs on symbolic tensors. */
export class Trace {
  readonly nodes: Node[] = [];
  /** Paths of the modules that were called. */
  readonly entered = new Set<string>();
  /** What was written into tensors that started as numbers of the program: what flows through them since. */
  readonly held = new Map<Parameter, Tensor>();
  /** Nodes that became the weight of a layer, or numbers of which no more is asked than their law. */
  readonly spent = new Set<number>();
  /** Of tensors that entered the graph, the trainable ones that each was made of. */
  readonly origins = new Map<Parameter, readonly Parameter[]>();
  /** The tensors of nodes that are drawn as inputs. */
  readonly drawn = new Map<Location, Parameter>();
  private readonly paths: string[] = [''];
  readonly #tensors: Tensor[] = [];
  /** Nodes that hold numbers of the program; of rising ones, with the tensor in which they came. */
  readonly #fixed = new Map<number, Parameter | null>();
  /** Those of them of which it is not known which numbers. */
  readonly #unsaid = new Set<number>();

  constructor(private readonly maximalNodes: number) {}

  /** Path of the module whose `forward` runs. */
  get path(): string {
    return this.paths[this.paths.length - 1]!;
  }

  /** Whether numbers of the program are all that these nodes are made of: masks, places of tokens. */
  areFixed(nodes: readonly number[]): boolean {
    return nodes.length > 0 && nodes.every((node) => this.#fixed.has(node));
  }

  /** Notes that a node holds numbers of the program, the same for all inputs. */
  fix(node: number, rising: Parameter | null = null): void {
    this.#fixed.set(node, rising);
  }

  /** Whether the same rising numbers, `torch.arange(n)`, stand as a row on one side and as a column on the other. */
  isRowAgainstColumn(left: Tensor, right: Tensor): boolean {
    const [a, b] = [left.shape?.slice(-2) ?? [], right.shape?.slice(-2) ?? []];
    const isAcross = a.length === 2 && b.length === 2 && (a[0] === 1) !== (a[1] === 1) && (a[0] === 1 ? b[1] === 1 : b[0] === 1);
    const from = isAcross ? this.#origin(left.node) : null;
    return from !== null && from === this.#origin(right.node);
  }

  #origin(id: number): Parameter | null {
    const node = this.nodes[id]!;
    if (node.kind === 'reshape' && node.inputs.length === 1) return this.#origin(node.inputs[0]!);
    return this.#fixed.get(id) ?? null;
  }

  within<T>(path: string, run: () => T): T {
    this.paths.push(path);
    this.entered.add(path);
    try {
      return run();
    } finally {
      this.paths.pop();
    }
  }

  add(
    operation: Operation,
    name: string,
    inputs: readonly number[],
    shape: Shape,
    location: Location,
    path: string = this.path,
  ): Tensor {
    if (this.nodes.length >= this.maximalNodes)
      throw new BudgetExceeded(`Analysis limited: the graph has more than ${this.maximalNodes.toLocaleString('en-US')} nodes.`);
    const id = this.nodes.length;
    const known = inputs.includes(outside) ? inputs.filter((input) => input !== outside) : inputs;
    const isFixed = this.areFixed(inputs);
    const isUnsaid = isFixed && (operation.kind === 'opaque' || inputs.some((input) => this.#unsaid.has(input)));
    if (isUnsaid && isPeriodic(operation)) {
      const parameter = sinesOfPlaces(shape, location);
      for (const input of inputs) this.spent.add(input);
      this.nodes.push({ id, path, name, location, inputs: [], shape, kind: 'parameter', parameter });
    } else {
      // With the spread first, each field behind it costs V8 more than the rest of the step.
      this.nodes.push({ id, path, name, location, inputs: known, shape, ...operation });
      if (isUnsaid) this.#unsaid.add(id);
    }
    if (isFixed) this.#fixed.set(id, null);
    const tensor: Tensor = { kind: 'tensor', node: id, shape };
    this.#tensors.push(tensor);
    return tensor;
  }

  /** Gives a tensor that was calculated while another graph was drawn a place in this one. */
  adopt(tensor: Tensor, location: Location): void {
    const reason = 'This tensor was calculated outside of forward(), and what it holds is not followed.';
    tensor.node = this.add({ kind: 'opaque', reason, weightless: true }, 'tensor', [], tensor.shape, location).node;
    this.#tensors.push(tensor);
  }

  /** Ends the drawing. A program may keep its tensors, and they stand for no node of the graphs that follow. */
  end(): void {
    for (const tensor of this.#tensors) tensor.node = outside;
    this.#tensors.length = 0;
  }
}

/** In place of the node of a tensor that no graph being drawn has. */
export const outside = -1;

const isPeriodic = (operation: Operation): boolean =>
  operation.kind === 'activation' && (operation.activation === 'sin' || operation.activation === 'cos');

/**
 * Places of tokens and pixels are encoded by sines and cosines of the same numbers, whatever they are: sin² + cos² = 1. Vaswani et al. 2017,
 * arXiv:1706.03762, section 3.5.
 */
function sinesOfPlaces(shape: Shape, location: Location): Parameter {
  const source = { kind: 'call', text: 'sines of numbers', location } as const;
  return {
    name: 'numbers',
    shape,
    writes: [{ family: 'constant', mean: 0, variance: 0.5, formula: null, source }],
    assumed: 'Sines and cosines that encode places have second moment 1/2, as both have together.',
  };
}
