import type { Framework } from '../frameworks/framework.js';
import type { Network, Shape } from '../network/graph.js';
import type { Problem, Range } from '../protocol.js';
import { mentionsAny } from '../source/prefilter.js';
import { namedChildren, type SyntaxTree } from '../source/syntax-tree.js';
import { Budget, BudgetExceeded, type BudgetLimits, defaultLimits, Raised, spent, TooDeep } from './budget.js';
import { builtEntries, classEntries, type Entry, hintEntries } from './entries.js';
import { factoryEntries, openFactoryEntries } from './factories.js';
import { Files, type ModuleReader } from './files.js';
import { frameworkValue } from './framework-names.js';
import { Interpreter } from './interpreter.js';
import type { Basis } from './kept.js';
import { networkOf } from './network-of.js';
import { makeBuiltins } from './python/builtins.js';
import { assignedName, runStatement } from './python/statements.js';
import { Scope, type SourceFile } from './scope.js';
import { fillTables } from './tables.js';
import { touch } from './touch.js';

export interface EvaluateOptions {
  /** Id of the file that the tree was parsed from: a path or URI, used in locations. */
  readonly file: string;
  readonly framework: Framework;
  /** The parsed `framework.library`. */
  readonly library: SyntaxTree;
  /** Parses a fragment, for hint comments. */
  readonly parse: (text: string) => SyntaxTree;
  /** Finds the texts that imports mean; absent: imports of other files are unknown. */
  readonly modules?: ModuleReader;
  /** Asked while it runs; `true` ends the evaluation with what is known so far. */
  readonly cancelled?: () => boolean;
  readonly limits?: Partial<BudgetLimits>;
  /** Shape of the first tensor that models get, batch first; a comment in the file goes before. */
  readonly inputShape?: Shape;
  /** What `self.training` is while `forward` runs: by default `train`. */
  readonly mode?: 'train' | 'eval';
}

export interface Evaluation {
  readonly framework: Framework | null;
  readonly networks: readonly Network[];
  readonly problems: readonly Problem[];
  /** Ids of the other files that were read. */
  readonly imported: readonly string[];
  /** What all of this depends on in the text of the file; `null` where another run might end otherwise. */
  readonly basis: Basis | null;
}

const maximalModels = 60;
const importsLimited = 'Analysis limited: what is imported takes too long to read; the rest of it is not known.';

/** Runs a parsed file abstractly and returns the networks that it would build. Never throws for any text. */
export function evaluate(tree: SyntaxTree, options: EvaluateOptions): Evaluation {
  const { framework } = options;
  if (!mentionsAny(tree.text, framework.packages))
    return { framework: null, networks: [], problems: [], imported: [], basis: null };
  return new FileEvaluation(tree, options).evaluate();
}

class FileEvaluation {
  private readonly limits: BudgetLimits;
  private readonly run: Interpreter;
  private readonly problems: Problem[] = [];
  private readonly networks: Network[] = [];
  private readonly files: Files;
  private importing = false;
  private importTime: number;
  private readonly budgets: Budget[] = [];
  /** What came out depends on the state of this process. */
  private uncertain = false;

  constructor(
    tree: SyntaxTree,
    private readonly options: EvaluateOptions,
  ) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.importTime = this.limits.importMilliseconds;
    const holder = {} as { run: Interpreter };
    const builtins = makeBuiltins(holder);
    const file: SourceFile = { id: options.file, tree, scope: new Scope('module', builtins) };
    const library: SourceFile = {
      id: `${options.framework.name} library`,
      tree: options.library,
      scope: new Scope('module', builtins),
    };
    this.files = new Files(
      options.modules ?? null,
      builtins,
      (one) => this.run.aside(() => this.runFile(one)),
      (work) => this.payForImports(work),
      (name) => (this.run.resolve(name) ? frameworkValue(this.run, name) : undefined),
    );
    this.run = new Interpreter(options.framework, builtins, this.limits, this.budget(), file, library, this.files);
    this.run.inputShape = options.inputShape ?? null;
    this.run.training = options.mode !== 'eval';
    this.run.parseExpression = (text) => this.parseExpression(text);
    holder.run = this.run;
    this.files.add(this.run.main);
  }

  evaluate(): Evaluation {
    const { run } = this;
    run.inFile(run.library, null, () => this.runFile(run.library));
    run.takeNotes();
    const sound = this.guard(null, () => this.runFile(run.file));
    if (sound) {
      // What the file itself built is told before anything is built for the report.
      const built = builtEntries(run);
      this.add(hintEntries(run, (text) => this.parseExpression(text)));
      this.add(built);
      this.add(factoryEntries(run));
      this.add(openFactoryEntries(run, (text) => this.parseExpression(text)));
      this.add(classEntries(run, (text) => this.parseExpression(text)));
    }
    const unseen = this.networks.length === 0 && sound ? run.trainedUnseen : null;
    if (unseen)
      this.problems.push({
        message: `Not analysed: which model is trained here is not known. ${unseen.reason}`,
        range: unseen.location.range,
      });
    // Where there are no models, nothing is missing.
    const others = this.problems.filter(({ message }) => message !== importsLimited);
    const problems = this.networks.length > 0 || others.length > 0 ? this.problems : others;
    run.dependencies.end();
    const certain = sound && !this.uncertain && !this.budgets.some(({ outOfTime }) => outOfTime);
    return {
      framework: this.options.framework,
      networks: this.networks,
      problems,
      imported: this.files.read,
      basis: certain ? run.dependencies : null,
    };
  }

  /** Imports have time of their own, so that a large library behind them does not cost the file its models. */
  private payForImports(work: () => SourceFile | null): SourceFile | null {
    if (this.importing) return work();
    if (this.importTime <= 0) return this.limitedImports();
    const { budget } = this.run;
    const started = spent();
    this.importing = true;
    this.run.budget = budget.inner(this.importTime);
    try {
      return work();
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      return this.limitedImports();
    } finally {
      const elapsed = spent() - started;
      this.importing = false;
      this.importTime -= elapsed;
      this.run.budget = budget;
      budget.extend(elapsed);
    }
  }

  private limitedImports(): null {
    this.uncertain = true;
    const message = 'Analysis limited: what is imported takes too long to read; the rest of it is not known.';
    const start = { line: 0, character: 0 };
    if (!this.problems.some((problem) => problem.message === message))
      this.problems.push({ message, range: { start, end: start } });
    return null;
  }

  private budget(): Budget {
    const budget = new Budget(this.limits, this.options.cancelled);
    this.budgets.push(budget);
    return budget;
  }

  /** Runs the statements of a file. One that would raise is passed over: half-typed files are the rule while editing. */
  private runFile(file: SourceFile): void {
    const { run } = this;
    const before = run.file;
    run.file = file;
    try {
      for (const statement of file.tree.root.children) {
        if (!statement.named) continue;
        try {
          this.runTwice(() => runStatement(run, statement, file.scope, { yielded: null }));
        } catch (error) {
          if (!(error instanceof Raised || error instanceof TooDeep)) throw error;
          // What the statement would have written after that is not known.
          touch(run.built);
          const reason = error instanceof Raised ? `This would stop with ${error.typeName}: ${error.message}` : error.message;
          if (file !== run.library) run.note(reason, statement);
          // What it would have named is asked for all the same.
          const name = assignedName(file.tree, statement);
          if (name !== null && !file.scope.lookup(name)) file.scope.assign(name, run.unknown(reason, statement));
        }
      }
    } finally {
      run.file = before;
    }
  }

  /** Once more where it raised for a key that a table of another file lacked: until then. */
  private runTwice<T>(work: () => T): T {
    const { run } = this;
    if (run.isImporting) return work();
    run.missedKeys.clear();
    const { tablesFilled } = run;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Raised) || !(fillTables(run) || run.tablesFilled > tablesFilled)) throw error;
      return work();
    }
  }

  private add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.networks.length >= maximalModels) {
        this.limited(entry.location.range);
        return;
      }
      if (entry.tentative) this.attempt(entry);
      else
        this.guard(entry.location.range, () => {
          const network = this.networkOf(entry);
          if (network?.layers.length === 0) this.unseen(network);
          else if (network) this.networks.push(network);
          this.run.takeNotes();
        });
    }
  }

  /** The network of an entry; `null`: it is none. */
  private networkOf(entry: Entry): Network | null {
    const { run } = this;
    run.budget = this.budget();
    const make = () => {
      run.calledForModel.clear();
      const { instance, arguments: given } = entry.make(run);
      // Where it asks for an argument, it is made anew.
      return instance?.module && !run.open.isAsked ? networkOf(run, entry, instance, given) : null;
    };
    return this.runTwice(() => run.open.settle(make, run.mark()));
  }

  /** What is not known to the end leaves no trace. */
  private attempt(entry: Entry): void {
    const { run, networks } = this;
    const undo = run.mark();
    const [problems, before] = [this.problems.length, networks.length];
    // What is not known of the file's own statements is told with its first model.
    const notes = run.countNotes;
    this.guard(entry.location.range, () => {
      const network = this.networkOf(entry);
      if (network && network.layers.length > 0 && network.unknown.length <= notes) networks.push(network);
    });
    this.problems.length = problems;
    if (networks.length > before) run.takeNotes();
    else undo();
  }

  /** A model of nothing but parts that are not there is no reason to stay silent. */
  private unseen({ entry, location, unknown }: Network): void {
    const part = unknown.find(({ path }) => path !== null);
    if (part)
      this.problems.push({ message: `Not analysed: no layer of '${entry}' is known. ${part.reason}`, range: location.range });
  }

  /** A file of more models than anyone looks at: what is left out is said once. */
  private limited(range: Range): void {
    const message = `Analysis limited: only the first ${maximalModels} models of this file are shown.`;
    if (!this.problems.some((problem) => problem.message === message)) this.problems.push({ message, range });
  }

  /** One broken model costs itself and no more. */
  private guard(range: Range | null, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      const place = range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
      if (error instanceof Raised)
        this.problems.push({ message: `Not analysed: building it stops with ${error.typeName}: ${error.message}`, range: place });
      else if (error instanceof BudgetExceeded) this.problems.push({ message: error.message, range: place });
      else if (error instanceof RangeError && /call stack/i.test(error.message)) {
        this.uncertain = true;
        this.problems.push({ message: 'Analysis limited: the code is nested too deeply.', range: place });
      } else throw error;
      this.run.trace = null;
      return false;
    }
  }

  private parseExpression(text: string): { file: SourceFile; node: SourceFile['tree']['root'] } | null {
    const tree = this.options.parse(text);
    const statement = namedChildren(tree.root)[0];
    const expression = statement ? namedChildren(statement)[0] : undefined;
    tree[Symbol.dispose]();
    return expression && tree.problems.length === 0
      ? { file: { id: this.run.file.id, tree, scope: this.run.file.scope }, node: expression }
      : null;
  }
}
