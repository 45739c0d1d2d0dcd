import type { Location } from '../network/distribution.js';
import type { Parameter } from '../network/graph.js';
import type { Range } from '../protocol.js';
import { child, type SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';
import { namedParameters } from './modules.js';
import { NameTests } from './name-tests.js';
import type { Scope } from './scope.js';
import type { Instance, ListValue, Value } from './values.js';

/** How user code walks over the parts of a module. */
export type Walk = 'apply' | 'modules' | 'children' | 'parameters';

/** One walk over the parts of a module while the model is built, with the tensors that were written on the way. */
export interface Visit {
  readonly how: Walk;
  readonly root: Instance;
  /** The call of `apply`, or what the loop runs over. */
  readonly location: Location;
  readonly text: string;
  /** What runs at each part. */
  readonly code: string;
  /** The function that it stands in. */
  readonly within: Range | null;
  /** Tensors that the root had when the walk began. */
  readonly passed: ReadonlySet<Parameter>;
  readonly reached: ReadonlySet<Parameter>;
}

/** The walks over modules and parameters that ran, and the tests on names that they made. */
export class Visits {
  readonly finished: Visit[] = [];
  readonly names = new NameTests();
  private readonly roots: Instance[] = [];
  private undecided = 0;

  /** Remembers what a list of modules or parameters was made of, so that a loop over it is known as a walk. */
  mark(items: ListValue, how: Walk, root: Instance): ListValue {
    return Object.assign(items, { walk: { how, root } });
  }

  /** Runs a loop, as a walk if it runs over the parts of a module. */
  loop<T>(run: Interpreter, over: Value, loop: SyntaxNode, rounds: () => T): T {
    const right = child(loop, 'right');
    const mark =
      over.kind === 'list'
        ? over.walk
        : over.kind === 'instance' && over.module
          ? { how: 'children' as const, root: over }
          : null;
    return mark && right && !run.trace
      ? this.walk(run, mark.how, mark.root, right, child(loop, 'body') ?? loop, rounds)
      : rounds();
  }

  /** Runs `apply`. */
  apply(run: Interpreter, root: Instance, function_: Value, call: SyntaxNode, work: () => void): void {
    const inner = function_.kind === 'bound' ? function_.function : function_;
    if (inner.kind !== 'function' || inner.file !== run.file) work();
    else this.walk(run, 'apply', root, call, inner.node, work);
  }

  /** Takes note of a condition that was met on a walk. */
  condition(run: Interpreter, condition: SyntaxNode, consequence: SyntaxNode, decided: boolean | undefined, scope: Scope): void {
    const root = this.roots.at(-1);
    if (!root) return;
    if (decided === undefined) this.undecided++;
    if (run.file === run.main) this.names.met(run, { condition, consequence, decided, scope, root });
  }

  private walk<T>(run: Interpreter, how: Walk, root: Instance, place: SyntaxNode, code: SyntaxNode, work: () => T): T {
    if (run.file !== run.main) return work();
    const before = new Map(namedParameters(root).map(({ value: { parameter } }) => [parameter, parameter.writes.length]));
    const { undecided } = this;
    this.roots.push(root);
    let result: T;
    try {
      result = work();
    } finally {
      this.roots.pop();
    }
    // What an undecided condition kept from being written is not known.
    if (this.undecided === undecided && !run.isUndecided)
      this.finished.push({
        how,
        root,
        location: run.location(place),
        text: run.file.tree.textOf(place).replace(/\s+/g, ' '),
        code: run.file.tree.textOf(code),
        within: functionAround(run, place),
        passed: new Set(before.keys()),
        reached: new Set([...before].flatMap(([parameter, count]) => (parameter.writes.length > count ? [parameter] : []))),
      });
    return result;
  }
}

function functionAround(run: Interpreter, place: SyntaxNode): Range | null {
  let found: SyntaxNode | null = null;
  let node: SyntaxNode | undefined = run.file.tree.root;
  while (node) {
    if (node.type === 'function_definition') found = node;
    node = node.children.find(({ start, end }) => start <= place.start && place.end <= end);
  }
  return found && run.file.tree.lines.range(found.start, found.end);
}
