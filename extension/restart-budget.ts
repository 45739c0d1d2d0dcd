/** Allows a number of restarts within a sliding window of time, so that a server that cannot live is not started for ever. */
export class RestartBudget {
  private readonly restarts: number[] = [];

  constructor(
    private readonly maximal: number,
    private readonly windowMs: number,
  ) {}

  /** True, and counted, where another restart is allowed at the time `now` (milliseconds). */
  spend(now: number): boolean {
    while (this.restarts.length > 0 && now - this.restarts[0]! > this.windowMs) this.restarts.shift();
    if (this.restarts.length >= this.maximal) return false;
    this.restarts.push(now);
    return true;
  }
}
