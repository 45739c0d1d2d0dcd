import type { Network } from '../network/graph.js';

/**
 * For each node the last one before it that all ways from the input pass; −1 where there is none. What does not depend on the input, as a
 * parameter, is no way.
 */
export class Dominators {
  readonly #last: number[] = [];
  readonly #constant: boolean[] = [];

  constructor({ nodes }: Network) {
    for (const { id, kind, inputs } of nodes) {
      const before = inputs.filter((input) => !this.#constant[input]);
      this.#constant[id] = kind === 'parameter' || (kind !== 'input' && kind !== 'opaque' && before.length === 0);
      this.#last[id] = before.length === 0 ? -1 : before.reduce((a, b) => this.#common(a, b));
    }
  }

  /** Whether a node's output does not depend on the input. */
  isConstant(id: number): boolean {
    return this.#constant[id]!;
  }

  of(id: number): number {
    return this.#last[id]!;
  }

  /** All nodes that every way to a node passes, in forward order, with itself. */
  chain(id: number): number[] {
    const chain: number[] = [];
    for (let at = id; at >= 0; at = this.#last[at]!) chain.push(at);
    return chain.reverse();
  }

  #common(a: number, b: number): number {
    let [x, y] = [a, b];
    while (x !== y) {
      if (x > y) x = this.#last[x]!;
      else y = this.#last[y]!;
    }
    return x;
  }
}
