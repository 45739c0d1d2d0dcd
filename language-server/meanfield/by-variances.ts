import { LruMap } from './lru-map.js';
import type { Variances } from './variances.js';

/** Remembers a value by σ_w², σ_b² and keep probability. The layers of a deep network ask for the same ones in a row, which then needs no key. */
export class ByVariances<Value> {
  readonly #values: LruMap<string, Value>;
  #newest: { readonly variances: Required<Variances>; readonly value: Value } | null = null;

  constructor(capacity: number) {
    this.#values = new LruMap(capacity);
  }

  get({ sigmaW2, sigmaB2, keep = 1 }: Variances, make: () => Value): Value {
    const newest = this.#newest;
    if (newest && newest.variances.sigmaW2 === sigmaW2 && newest.variances.sigmaB2 === sigmaB2 && newest.variances.keep === keep)
      return newest.value;
    const key = `${sigmaW2} ${sigmaB2} ${keep}`;
    const value = this.#values.get(key) ?? this.#values.set(key, make());
    this.#newest = { variances: { sigmaW2, sigmaB2, keep }, value };
    return value;
  }
}
