/** Ends an evaluation that goes on for ever. Caught where a model is evaluated, so that others of the file still are. */
export class BudgetExceeded extends Error {}

/** Calls inside calls without end: one statement cannot be followed, others may. */
export class TooDeep extends BudgetExceeded {}

/** `raise` of the analysed program on its way to a `try` or to the entry. */
export class Raised extends Error {
  constructor(
    readonly typeName: string,
    message: string,
  ) {
    super(message);
  }
}

/** Computing time of this process in milliseconds: how long an analysis takes must not depend on what else the machine does. */
export function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Counts the work of one entry. */
export class Budget {
  /** It ended what it counted, at a point that another run would not end at. */
  outOfTime = false;
  private steps = 0;
  private depth = 0;
  private deadline: number;
  /** By the clock, which is cheap to ask: no earlier can the computing time be used up. */
  private earliest: number;

  constructor(
    private readonly limits: BudgetLimits,
    private readonly cancelled: () => boolean = () => false,
  ) {
    this.deadline = spent() + limits.milliseconds;
    this.earliest = performance.now() + limits.milliseconds;
  }

  /** A budget of its own for work inside of this one, which is as deep in calls. */
  inner(milliseconds: number): Budget {
    const budget = new Budget({ ...this.limits, milliseconds }, this.cancelled);
    budget.depth = this.depth;
    return budget;
  }

  /** Time that something else has paid for. */
  extend(milliseconds: number): void {
    this.deadline += milliseconds;
    this.earliest += milliseconds;
  }

  /** Called for each statement, call and round of a loop. */
  step(): void {
    this.steps++;
    if (this.steps > this.limits.steps)
      throw new BudgetExceeded(`Analysis limited: more than ${this.limits.steps.toLocaleString('en-US')} steps.`);
    if ((this.steps & 0xff) === 0) {
      const late = performance.now() > this.earliest && spent() > this.deadline;
      this.outOfTime = late || this.cancelled();
      if (late) throw new BudgetExceeded(`Analysis limited: it took longer than ${this.limits.milliseconds} ms.`);
      if (this.outOfTime) throw new BudgetExceeded('Analysis cancelled.');
    }
  }

  enter(): void {
    if (this.depth >= this.limits.callDepth)
      throw new TooDeep(`Analysis limited: calls nested more than ${this.limits.callDepth} deep.`);
    this.depth++;
  }

  leave(): void {
    this.depth--;
  }
}

export interface BudgetLimits {
  readonly steps: number;
  readonly callDepth: number;
  readonly milliseconds: number;
  /** For all files that imports lead to, parsing included. */
  readonly importMilliseconds: number;
  /** Nodes of one graph. */
  readonly nodes: number;
  /** Rounds of one loop, and items of one list. */
  readonly rounds: number;
}

/** Twenty times what the largest model of the common libraries needs. */
export const defaultLimits: BudgetLimits = {
  steps: 1_000_000,
  callDepth: 120,
  milliseconds: 2_000,
  importMilliseconds: 3_000,
  nodes: 50_000,
  rounds: 20_000,
};
