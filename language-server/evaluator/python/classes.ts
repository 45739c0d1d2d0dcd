import { child, namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import { Raised } from '../budget.js';
import { frameworkClass, openness } from '../framework-names.js';
import type { Interpreter } from '../interpreter.js';
import { Scope } from '../scope.js';
import { touch } from '../touch.js';
import { builtin, type Call, type ClassValue, int, none, resolveBases, string, type Unknown, type Value } from '../values.js';
import { callValue } from './calls.js';
import { evaluate } from './expressions.js';
import { assignedName, type Frame, runStatement } from './statements.js';

/** Value of a `class` statement: its body runs in a scope of its own, whose names become the attributes. */
export function defineClass(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): ClassValue {
  const nameNode = child(node, 'name');
  const name = nameNode ? run.file.tree.textOf(nameNode) : '';
  const superclasses = child(node, 'superclasses');
  const bases: Value[] = [];
  for (const part of superclasses ? namedChildren(superclasses) : [])
    if (part.type !== 'keyword_argument') bases.push(evaluate(run, part, scope, frame));
  const body = child(node, 'body');
  const inner = new Scope('class', scope);
  if (body) runBody(run, body, inner, frame);
  const type = makeClass(run, name, bases, inner.variables, node, node);
  for (const value of inner.variables.values()) claim(value, type);
  tellBases(run, type, superclasses, node, scope, frame);
  if (type.flavour === 'enum') makeMembers(run, type, node);
  return type;
}

/** Calls `__init_subclass__` of an ancestor, as registries define it, with the keywords of the `class` statement. */
function tellBases(
  run: Interpreter,
  type: ClassValue,
  superclasses: SyntaxNode | null,
  node: SyntaxNode,
  scope: Scope,
  frame: Frame,
): void {
  const found = type.resolution.slice(1).find(({ attributes }) => attributes.has('__init_subclass__'));
  const hook = found?.attributes.get('__init_subclass__');
  const function_ = hook?.kind === 'descriptor' ? hook.function : hook;
  if (function_?.kind !== 'function') return;
  const keywords = new Map<string, Value>();
  for (const part of superclasses ? namedChildren(superclasses) : []) {
    const [name, value] = part.type === 'keyword_argument' ? [child(part, 'name'), child(part, 'value')] : [null, null];
    if (name && value && run.file.tree.textOf(name) !== 'metaclass')
      keywords.set(run.file.tree.textOf(name), evaluate(run, value, scope, frame));
  }
  try {
    callValue(run, function_, { positional: [type], keywords, node }, null);
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
  }
}

/** One statement that cannot be followed costs the class what it defines, and no more. */
function runBody(run: Interpreter, body: SyntaxNode, scope: Scope, frame: Frame): void {
  for (const statement of namedChildren(body)) {
    try {
      runStatement(run, statement, scope, frame);
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
      const reason = `This would stop with ${error.typeName}: ${error.message}`;
      run.note(reason, statement);
      touch(run.built);
      const name = assignedName(run.file.tree, statement);
      if (name !== null) scope.assign(name, run.unknown(reason, statement));
    }
  }
}

function claim(value: Value, type: ClassValue): void {
  if (value.kind === 'function' && !value.owner.class) value.owner.class = type;
  else if (value.kind === 'descriptor') claim(value.function, type);
}

/** @param place of what is said about its bases */
export function makeClass(
  run: Interpreter,
  name: string,
  bases: readonly Value[],
  attributes: Map<string, Value>,
  place: SyntaxNode,
  node: SyntaxNode | null = null,
): ClassValue {
  const known: ClassValue[] = [];
  let unknownBase: Unknown | null = null;
  let flavour: ClassValue['flavour'] = 'plain';
  for (const base of bases) {
    if (base.kind === 'class') {
      known.push(base);
      if (base.flavour !== 'plain') flavour = base.flavour;
    } else if (base.kind === 'namespace') {
      const special = flavours[base.name];
      if (special) flavour = special;
      else if (run.isFrameworkPackage(base.name)) {
        const type = frameworkClass(run, base.name);
        if (type) known.push(type);
        else unknownBase = run.unknown(`'${base.name}' is not known to the analysis.`, place);
      } else if (!harmlessBases.test(base.name))
        unknownBase = run.unknown(`The base class '${base.name}' is not in the files that could be read.`, place);
    } else if (base.kind === 'unknown') unknownBase = base;
    else if (base.kind === 'builtin' && base.name === 'dict') flavour = 'dict';
  }
  const qualified = run.file === run.library ? (qualifiedName(run, name) ?? null) : null;
  const type: ClassValue = {
    kind: 'class',
    name,
    qualified,
    bases,
    resolution: [],
    attributes,
    node,
    file: run.file,
    row: known.find((base) => base.row)?.row ?? null,
    unknownBase: unknownBase ?? known.find((base) => base.unknownBase)?.unknownBase ?? null,
    beyond: unknownBase ?? openness(run, qualified) ?? known.find((base) => base.beyond)?.beyond ?? null,
    flavour,
  };
  return resolveBases(type, known);
}

function qualifiedName(run: Interpreter, name: string): string | null {
  const resolved = run.framework.libraryNames[name];
  return resolved ?? null;
}

const flavours: Readonly<Record<string, ClassValue['flavour']>> = {
  'enum.Enum': 'enum',
  'enum.IntEnum': 'enum',
  'enum.StrEnum': 'enum',
  'typing.NamedTuple': 'namedtuple',
};

/** Bases that change nothing about attributes or construction. */
const harmlessBases = /^(typing|abc|collections\.abc|typing_extensions)\b|^object$/;

function makeMembers(run: Interpreter, type: ClassValue, node: SyntaxNode): void {
  let position = 1;
  for (const [name, value] of type.attributes) {
    if (name.startsWith('_') || value.kind === 'function' || value.kind === 'descriptor') continue;
    const own = value.kind === 'unknown' ? int(position) : value;
    position++;
    type.attributes.set(name, {
      kind: 'instance',
      class: type,
      module: null,
      location: run.location(node),
      nested: false,
      attributes: new Map<string, Value>([
        ['name', string(name)],
        ['value', own],
      ]),
    });
  }
}

/** Looks a name up in a class and its ancestors. */
export function classAttribute(type: ClassValue, name: string): Value | undefined {
  for (const ancestor of type.resolution) {
    const value = ancestor.attributes.get(name);
    if (value) return value;
  }
  return undefined;
}

export function isSubclass(type: ClassValue, ancestor: ClassValue): boolean {
  return type.resolution.some((one) => one === ancestor || (one.qualified !== null && one.qualified === ancestor.qualified));
}

/** Fields of a dataclass or named tuple in order: annotated names of the body, ancestors first. */
export function fieldsOf(_run: Interpreter, type: ClassValue): { name: string; default: Value | null }[] {
  const fields = new Map<string, Value | null>();
  for (const ancestor of [...type.resolution].reverse()) {
    const body = ancestor.node ? child(ancestor.node, 'body') : null;
    if (!body || !ancestor.file) continue;
    for (const statement of body.children) {
      const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
      const annotation = assignment?.type === 'assignment' ? child(assignment, 'type') : null;
      if (!assignment || !annotation || /^(typing\.)?ClassVar\b/.test(ancestor.file.tree.textOf(annotation))) continue;
      const left = child(assignment, 'left');
      if (left?.type !== 'identifier') continue;
      const name = ancestor.file.tree.textOf(left);
      fields.set(name, child(assignment, 'right') ? (ancestor.attributes.get(name) ?? none) : null);
    }
  }
  return [...fields].map(([name, value]) => ({ name, default: value }));
}

/** `@dataclass`, with or without arguments. */
export const dataclassDecorator = builtin('dataclass', (call: Call): Value => {
  const mark = (type: Value | undefined): Value => {
    if (type?.kind !== 'class') return none;
    type.flavour = 'dataclass';
    return type;
  };
  return call.positional[0] ? mark(call.positional[0]) : builtin('dataclass', (inner) => mark(inner.positional[0]));
});
