/** Covariances between steps, of one sequence or of two; 0 before the first step and behind the last. */
export class TimeMatrix {
  private readonly values: Float64Array;

  constructor(
    readonly steps: number,
    entry?: (t: number, s: number) => number,
  ) {
    this.values = new Float64Array(steps * steps);
    if (entry) for (let t = 0; t < steps; t++) for (let s = 0; s < steps; s++) this.values[t * steps + s] = entry(t, s);
  }

  at(t: number, s: number): number {
    return t < 0 || s < 0 || t >= this.steps || s >= this.steps ? 0 : this.values[t * this.steps + s]!;
  }

  set(t: number, s: number, value: number): void {
    this.values[t * this.steps + s] = value;
  }

  /** The same number for (t, s) and (s, t). */
  both(t: number, s: number, value: number): void {
    this.set(t, s, value);
    this.set(s, t, value);
  }
}
