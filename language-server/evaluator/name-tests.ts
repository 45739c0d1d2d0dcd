import type { NameTest, TextTest } from '../network/graph.js';
import { child, namedChildren, type SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';
import { unescapeText } from './python/literals.js';
import type { Scope } from './scope.js';
import type { Instance } from './values.js';

/** A condition met while code walks over the parts of `root`. */
interface Meeting {
  readonly condition: SyntaxNode;
  readonly consequence: SyntaxNode;
  readonly decided: boolean | undefined;
  readonly scope: Scope;
  readonly root: Instance;
}

/** A test of a name against a text: `'c_proj' in name`. */
interface Atom extends TextTest {
  readonly subject: string;
}

interface Met {
  readonly condition: SyntaxNode;
  readonly atoms: readonly Atom[];
  /** By root: names that were tested in vain, or `null` once the condition held or was undecided. */
  readonly vain: Map<Instance, Set<string> | null>;
}

/** Conditions on names that decide whether something is initialized, with the names that they were asked about. */
export class NameTests {
  private readonly conditions = new Map<SyntaxNode, Met | null>();

  met(run: Interpreter, { condition, consequence, decided, scope, root }: Meeting): void {
    let known = this.conditions.get(condition);
    if (known === undefined) {
      const atoms = /\w_\(|\.data\b/.test(run.file.tree.textOf(consequence)) ? atomsOf(run, condition) : [];
      known = atoms.length > 0 ? { condition, atoms, vain: new Map() } : null;
      this.conditions.set(condition, known);
    }
    if (!known) return;
    if (decided !== false) known.vain.set(root, null);
    else if (known.vain.get(root) !== null) {
      const names = known.vain.get(root) ?? new Set<string>();
      for (const { subject } of known.atoms) {
        const value = scope.lookup(subject);
        if (value?.kind === 'string') names.add(value.value);
      }
      known.vain.set(root, names);
    }
  }

  /** The conditions that never held for any name below one of these modules, whose paths are known. */
  neverHeld(run: Interpreter, modules: ReadonlySet<Instance>): NameTest[] {
    return [...this.conditions.values()].flatMap((met): NameTest[] => {
      const own = [...(met?.vain ?? [])].filter(([root]) => modules.has(root));
      if (!met || own.length === 0 || own.some(([, names]) => names === null)) return [];
      return [
        {
          text: run.main.tree.textOf(met.condition).replace(/\s+/g, ' '),
          location: { file: run.main.id, range: run.main.tree.lines.range(met.condition.start, met.condition.end) },
          combined: /\band\b/.test(run.main.tree.textOf(met.condition)) ? 'all' : 'any',
          tests: met.atoms.map(({ operation, texts }) => ({ operation, texts })),
          names: own.flatMap(([root, names]) => [...names!].map((name) => ({ below: root.module!.path ?? '', name }))),
        },
      ];
    });
  }
}

/** The tests of names in a condition; what stands under `not` asks the opposite and is left out. */
function atomsOf(run: Interpreter, node: SyntaxNode): Atom[] {
  switch (node.type) {
    case 'parenthesized_expression':
    case 'boolean_operator':
      return namedChildren(node).flatMap((part) => atomsOf(run, part));
    case 'comparison_operator': {
      const [left, right] = node.children.filter((part) => part.field !== 'operators');
      const operators = node.children.filter((part) => part.field === 'operators').map((part) => part.type);
      if (!left || !right || operators.length !== 1) return [];
      if (operators[0] === 'in') return atom(run, 'contains', right, left);
      if (operators[0] === '==') return [...atom(run, 'equals', left, right), ...atom(run, 'equals', right, left)];
      return [];
    }
    case 'call': {
      const callee = child(node, 'function');
      const object = callee && child(callee, 'object');
      const method = callee && child(callee, 'attribute');
      const operation = method ? methods[run.file.tree.textOf(method)] : undefined;
      const list = child(node, 'arguments');
      const argument = list ? namedChildren(list)[0] : undefined;
      return operation && object && argument ? atom(run, operation, object, argument) : [];
    }
    default:
      return [];
  }
}

const methods: Readonly<Record<string, TextTest['operation']>> = { endswith: 'ends', startswith: 'starts' };

function atom(run: Interpreter, operation: TextTest['operation'], subject: SyntaxNode, text: SyntaxNode): Atom[] {
  if (subject.type !== 'identifier') return [];
  const parts = text.type === 'tuple' ? namedChildren(text) : [text];
  const texts = parts.flatMap((part) => textOf(run, part) ?? []);
  return texts.length === parts.length && texts.length > 0 ? [{ operation, texts, subject: run.file.tree.textOf(subject) }] : [];
}

/** Contents of a plain string literal. */
function textOf(run: Interpreter, node: SyntaxNode): string | null {
  if (node.type !== 'string' || node.children.some((part) => part.type === 'interpolation')) return null;
  return unescapeText(
    node.children
      .filter((part) => part.type === 'string_content')
      .map((part) => run.file.tree.textOf(part))
      .join(''),
  );
}
