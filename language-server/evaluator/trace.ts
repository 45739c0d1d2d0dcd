import type { Location } from '../network/distribution.js';
import type { Node, Operation, Shape } from '../network/graph.js';
import { BudgetExceeded } from './budget.js';
import type { Tensor } from './values.js';

/** The graph that `forward` draws while it runs on symbolic tensors. */
export class Trace {
  readonly nodes: Node[] = [];
  /** Paths of the modules that were called. */
  readonly entered = new Set<string>();
  private readonly paths: string[] = [''];

  constructor(private readonly maximalNodes: number) {}

  /** Path of the module whose `forward` runs. */
  get path(): string {
    return this.paths[this.paths.length - 1]!;
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
    // With the spread first, each field behind it costs V8 more than the rest of the step.
    this.nodes.push({ id, path, name, location, inputs, shape, ...operation });
    return { kind: 'tensor', node: id, shape };
  }
}
