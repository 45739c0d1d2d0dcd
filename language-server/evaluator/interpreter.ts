import type { Framework, Resolved } from '../frameworks/framework.js';
import { resolve } from '../frameworks/index.js';
import type { Location } from '../network/distribution.js';
import type { Layer, Unknown as Note, Parameter, Shape } from '../network/graph.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import type { Budget, BudgetLimits } from './budget.js';
import { Dependencies } from './dependencies.js';
import { OpenArguments } from './open-arguments.js';
import type { Scope, SourceFile } from './scope.js';
import type { Trace } from './trace.js';
import { type ClassValue, type Instance, type Unknown, unknown, type Value } from './values.js';
import { Visits } from './visits.js';

/** Where imports lead. */
export interface Imports {
  /** The file that an import means, evaluated; `null`: it is not there. */
  resolve(module: string, from: SourceFile): SourceFile | null;
  /** Full dotted name of what `name` means in a file; `null` where the file belongs to no package. */
  fullName(name: string, from: SourceFile): string | null;
  /** Files that have run, or begun to. */
  readonly begun: readonly SourceFile[];
  /** The text that an import means, if it has not run yet. */
  ahead(module: string, from: SourceFile): { readonly text: string; readonly isPackage: boolean } | null;
}

/** State of the evaluation of one file's models, shared by all functions of the evaluator. */
export class Interpreter {
  /** The file whose code runs. */
  file: SourceFile;
  budget: Budget;
  /** Set while `forward` runs. */
  trace: Trace | null = null;
  /** The layers of the model whose `forward` runs, by their weights: `F.linear(x, self.fc.weight)` uses one. */
  layers = new Map<Parameter, Layer>();
  /** Layers that work with a weight that is calculated, by the tensor that it is made of. */
  calculated = new Map<Parameter, Layer>();
  /** Modules that were built, to tell the models from their parts. */
  readonly built: Instance[] = [];
  /** Definitions of the functions that ran. */
  readonly called = new Set<SyntaxNode>();
  /** Those that ran for the model being made. */
  readonly calledForModel = new Set<SyntaxNode>();
  /** By definition of a function: how many calls of it are running, and how much was not known before the first. */
  readonly running = new Map<SyntaxNode, { calls: number; readonly doubts: number }>();
  /** Definitions of the functions that call themselves without an end, for what is not known. */
  readonly endless = new Set<SyntaxNode>();
  /** How often something was not known so far. */
  doubts = 0;
  /** Walks over modules and parameters while models are built. */
  readonly visits = new Visits();
  /** Arguments of the model being made that nobody gives. */
  readonly open = new OpenArguments();
  /** Reads an expression that is given as a text; `null`: it is none. */
  parseExpression: (text: string) => { file: SourceFile; node: SyntaxNode } | null = () => null;
  /** Shape of the first tensor that models get, as the user set it. */
  inputShape: Shape = null;
  /** Shapes that the file calls models with, by class. */
  readonly calledWith = new Map<ClassValue, readonly Shape[]>();
  /** The only shape of an image that the file makes; `undefined`: not looked for yet. */
  literalShape: Shape | undefined;
  /** Whether modules say that they are in training while `forward` runs. */
  training = true;
  /** By name, arguments of the constructors of models, and of instances whose classes have more than is known of them. */
  readonly givenTo = new WeakMap<Instance, Map<string, Value>>();
  /** How many constructors of modules are running. */
  constructing = 0;
  /** How many branches are running of which it is not known whether they run. */
  private undecided = 0;
  /** How many imported files are running. */
  private imported = 0;
  /** The first of the models that the file trains of which nothing is known. */
  trainedUnseen: { readonly reason: string; readonly location: Location } | null = null;
  /** Keys that tables of other files do not have. */
  readonly missedKeys = new Set<string>();
  /** How often files were looked through for such keys in vain. */
  fruitlessSearches = 0;
  /** How often some were found. */
  tablesFilled = 0;
  /** Where control is, for locations of what native code makes. */
  current: SyntaxNode | null = null;
  private notes = new Map<string, Note>();
  /** What was noted while a model was built that is no part of another one. */
  readonly notesOfBuilding = new WeakMap<Instance, Note[]>();
  private readonly classes = new Map<string, ClassValue>();
  /** Parts of the analysed text that all of this depends on. */
  readonly dependencies: Dependencies;
  /** The analysed file. */
  readonly main: SourceFile;
  /** Where control left the analysed file. */
  private userLocation: Location | null = null;

  constructor(
    readonly framework: Framework,
    readonly builtins: Scope,
    readonly limits: BudgetLimits,
    budget: Budget,
    file: SourceFile,
    readonly library: SourceFile,
    readonly imports: Imports,
  ) {
    this.budget = budget;
    this.dependencies = new Dependencies(file.tree);
    this.main = { ...file, tree: this.dependencies.watched() };
    this.file = this.main;
  }

  resolveImport(module: string, from: SourceFile): SourceFile | null {
    return this.imports.resolve(module, from);
  }

  fullName(name: string, from: SourceFile): string | null {
    return this.imports.fullName(name, from);
  }

  location(node: SyntaxNode): Location {
    if (this.file !== this.main && this.userLocation) return this.userLocation;
    return { file: this.file.id, range: this.file.tree.lines.range(node.start, node.end) };
  }

  /** Runs code of another file. Outside of the analysed one, all has the location of the call that led out of it. */
  inFile<T>(file: SourceFile, callSite: SyntaxNode | null, run: () => T): T {
    const { file: before, current } = this;
    const location = this.userLocation;
    if (file !== this.main && before === this.main) this.userLocation = callSite ? this.location(callSite) : null;
    this.file = file;
    try {
      return run();
    } finally {
      this.file = before;
      this.userLocation = location;
      // A node of another file has no place in this one.
      if (file !== before) this.current = current;
    }
  }

  /** Runs the statements of an imported file: what it builds and what is unknown there belongs to no model yet. */
  aside(run: () => void): void {
    const { trace, constructing, current, notes, built } = this;
    const count = built.length;
    this.trace = null;
    this.constructing = 0;
    this.notes = new Map();
    this.imported++;
    try {
      run();
    } finally {
      this.imported--;
      built.length = count;
      Object.assign(this, { trace, constructing, current, notes });
    }
  }

  /** Runs a branch that may not run when the program does: what it writes is no certain write. */
  undecidedly<T>(run: () => T): T {
    this.undecided++;
    try {
      return run();
    } finally {
      this.undecided--;
    }
  }

  get isImporting(): boolean {
    return this.imported > 0;
  }

  get isUndecided(): boolean {
    return this.undecided > 0;
  }

  /** An unknown value that tells why and where. */
  unknown(reason: string, node: SyntaxNode | null = this.current): Unknown {
    return unknown(reason, node ? this.location(node) : null);
  }

  /** A program asks for the parameters of something that is not known, as an optimizer wants them. */
  seeTrained({ reason }: Unknown, node: SyntaxNode): void {
    if (this.file === this.main && this.constructing === 0 && !this.trace)
      this.trainedUnseen ??= { reason, location: this.location(node) };
  }

  /** Writes down something that the report must say because the model may differ from what is shown. */
  note(reason: string, location: Location | SyntaxNode | null, path: string | null = null): void {
    this.doubts++;
    const place =
      location && 'range' in location ? location : location ? this.location(location) : this.location(this.file.tree.root);
    const key = `${reason}\n${place.file}\n${place.range.start.line}:${place.range.start.character}`;
    if (this.notes.size < 200 && !this.notes.has(key)) this.notes.set(key, { reason, location: place, path });
  }

  /** Runs `work`. What it notes is forgotten, unless its result matters to the program. */
  noteIf<T>(work: () => T, matters: (result: T) => boolean): T {
    const { notes } = this;
    this.notes = new Map();
    try {
      const result = work();
      if (matters(result)) for (const [key, note] of this.notes) notes.set(key, note);
      return result;
    } finally {
      this.notes = notes;
    }
  }

  /** Runs the constructor of a module. */
  asPart(work: () => void): void {
    this.constructing++;
    try {
      work();
    } finally {
      this.constructing--;
    }
  }

  /** Runs the constructor of a model: what it notes belongs to that model, whoever else is reported first. */
  building(instance: Instance, work: () => void): void {
    const { notes } = this;
    this.notes = new Map();
    try {
      work();
      this.notesOfBuilding.set(instance, [...this.notes.values()]);
    } catch (error) {
      for (const [key, note] of this.notes) notes.set(key, note);
      throw error;
    } finally {
      this.notes = notes;
    }
  }

  /** Remembers what was built, run and noted so far; the function that is returned forgets what came after. */
  mark(): () => void {
    const { length } = this.built;
    const called = new Set(this.called);
    const notes = new Map(this.notes);
    return () => {
      this.built.length = length;
      for (const node of this.called) if (!called.has(node)) this.called.delete(node);
      this.notes = new Map(notes);
    };
  }

  get countNotes(): number {
    return this.notes.size;
  }

  takeNotes(): Note[] {
    const notes = [...this.notes.values()];
    this.notes = new Map();
    return notes;
  }

  resolve(name: string): Resolved | null {
    return resolve(this.framework, name);
  }

  /** One class value for each class that no file defines, so that identity means equality. */
  nativeClass(name: string, make: () => ClassValue): ClassValue {
    const known = this.classes.get(name);
    if (known) return known;
    const made = make();
    this.classes.set(name, made);
    return made;
  }

  /** Whether a top-level package belongs to the framework. */
  isFrameworkPackage(name: string): boolean {
    const end = name.indexOf('.');
    return this.framework.packages.includes(end < 0 ? name : name.slice(0, end));
  }
}
