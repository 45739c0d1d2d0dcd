import { child, namedChildren, type SyntaxNode, type SyntaxTree } from '../../source/syntax-tree.js';
import { BudgetExceeded, Raised } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import type { Scope } from '../scope.js';
import { none, string, type Value } from '../values.js';
import { assign, deleteTarget } from './assignment.js';
import { attribute } from './attributes.js';
import { callValue } from './calls.js';
import { defineClass } from './classes.js';
import { evaluate } from './expressions.js';
import { defineFunction } from './functions.js';
import { importFrom, importModules } from './imports.js';
import { iterate } from './iteration.js';
import { matchesClause } from './patterns.js';
import { truth } from './truth.js';
import { mayLeave, touchUnseen } from './unseen.js';

/** How a block ended; `null`: it ran to its end. */
export type Completion = null | { readonly kind: 'return'; readonly value: Value } | { readonly kind: 'break' | 'continue' };

/** Values that the generator being run has yielded; set in its scope's frame. */
export interface Frame {
  readonly yielded: Value[] | null;
}

export function runBlock(run: Interpreter, block: SyntaxNode, scope: Scope, frame: Frame): Completion {
  for (const statement of block.children) {
    if (!statement.named) continue;
    const completion = runStatement(run, statement, scope, frame);
    if (completion) return completion;
  }
  return null;
}

export function runStatement(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  run.budget.step();
  run.current = node;
  switch (node.type) {
    case 'expression_statement':
      // Documentation has no effect.
      for (const part of node.children) if (part.named && part.type !== 'string') evaluate(run, part, scope, frame);
      return null;
    case 'return_statement': {
      const value = namedChildren(node)[0];
      return { kind: 'return', value: value ? evaluate(run, value, scope, frame) : none };
    }
    case 'if_statement':
      return runIf(run, node, scope, frame);
    case 'for_statement':
      return runFor(run, node, scope, frame);
    case 'while_statement':
      return runWhile(run, node, scope, frame);
    case 'break_statement':
      return { kind: 'break' };
    case 'continue_statement':
      return { kind: 'continue' };
    case 'function_definition':
      scope.assign(nameOf(run, node), defineFunction(run, node, scope, frame));
      return null;
    case 'class_definition':
      scope.assign(nameOf(run, node), defineClass(run, node, scope, frame));
      return null;
    case 'decorated_definition':
      return runDecorated(run, node, scope, frame);
    case 'import_statement':
      importModules(run, node, scope);
      return null;
    case 'import_from_statement':
      importFrom(run, node, scope);
      return null;
    case 'with_statement':
      return runWith(run, node, scope, frame);
    case 'try_statement':
      return runTry(run, node, scope, frame);
    case 'raise_statement':
      return raise(run, node, scope, frame);
    case 'match_statement':
      return runMatch(run, node, scope, frame);
    case 'delete_statement':
      for (const target of namedChildren(node)) deleteTarget(run, target, scope, frame);
      return null;
    case 'global_statement':
      for (const name of namedChildren(node)) scope.declareGlobal(run.file.tree.textOf(name));
      return null;
    case 'nonlocal_statement':
      for (const name of namedChildren(node)) scope.declareNonlocal(run.file.tree.textOf(name));
      return null;
    default:
      // pass, assert, type aliases, `from __future__`, print: no effect on the network. Syntax errors were reported by the parser.
      return null;
  }
}

function nameOf(run: Interpreter, node: SyntaxNode): string {
  const name = child(node, 'name');
  return name ? run.file.tree.textOf(name) : '';
}

/**
 * Which branch an undecided condition takes. The first branch is kept and the report says so, unless it only raises or leaves:
 * a model that is being built does not take the branch that refuses to build it.
 */
function runIf(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  let condition = child(node, 'condition');
  let consequence = child(node, 'consequence');
  const alternatives = node.children.filter((part) => part.field === 'alternative');
  for (let i = 0; ; i++) {
    if (!condition || !consequence) return null;
    const decided = truth(run, evaluate(run, condition, scope, frame));
    run.visits.condition(run, condition, consequence, decided, scope);
    if (decided === true) return runBlock(run, consequence, scope, frame);
    if (decided === undefined) {
      if (!refuses(consequence)) {
        noteUndecided(run, condition, consequence, alternatives[i] ?? null);
        touchPassedOver(run, consequence, alternatives.slice(i), scope);
        return run.undecidedly(() => runBlock(run, consequence!, scope, frame));
      }
    }
    const next = alternatives[i];
    if (!next) return null;
    if (next.type === 'else_clause') {
      const body = child(next, 'body');
      return body ? runBlock(run, body, scope, frame) : null;
    }
    condition = child(next, 'condition');
    consequence = child(next, 'consequence');
  }
}

/** What an undecided condition passes over may run after all: the other branches, and what follows where the shown one leaves. */
function touchPassedOver(run: Interpreter, shown: SyntaxNode, others: readonly SyntaxNode[], scope: Scope): void {
  for (const other of others) touchUnseen(run, other, scope);
  const function_ = scope.callee?.file === run.file ? child(scope.callee.node, 'body') : null;
  if (function_ && mayLeave(shown)) touchUnseen(run, function_, scope);
}

function refuses(block: SyntaxNode): boolean {
  const last = namedChildren(block).at(-1);
  return last?.type === 'raise_statement';
}

/** Only conditions that decide about code which can shape the network are worth a note. */
function noteUndecided(run: Interpreter, condition: SyntaxNode, consequence: SyntaxNode, alternative: SyntaxNode | null): void {
  if (!(shapesNetwork(consequence) || (alternative && shapesNetwork(alternative)))) return;
  const text = run.file.tree.textOf(condition).replace(/\s+/g, ' ').slice(0, 60);
  run.note(`It cannot be decided whether '${text}' holds: shown as if it does.`, condition);
}

function shapesNetwork(block: SyntaxNode): boolean {
  return block.children.some(
    (part) =>
      part.type === 'assignment' ||
      part.type === 'augmented_assignment' ||
      part.type === 'call' ||
      part.type === 'return_statement' ||
      shapesNetwork(part),
  );
}

function runFor(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  const left = child(node, 'left');
  const right = child(node, 'right');
  const body = child(node, 'body');
  if (!left || !right || !body) return null;
  const over = evaluate(run, right, scope, frame);
  const built = run.built.length;
  const rounds = () => runRounds(run, node, { left, right, body, over }, scope, frame);
  // What sets attributes of all that it is given builds nothing of that.
  return over.kind === 'unknown' && over.rest ? run.noteIf(rounds, () => run.built.length > built) : rounds();
}

interface Loop {
  readonly left: SyntaxNode;
  readonly right: SyntaxNode;
  readonly body: SyntaxNode;
  readonly over: Value;
}

function runRounds(
  run: Interpreter,
  node: SyntaxNode,
  { left, right, body, over }: Loop,
  scope: Scope,
  frame: Frame,
): Completion {
  return run.visits.loop(run, over, node, () => {
    for (const item of iterate(run, over, right)) {
      run.budget.step();
      assign(run, left, item, scope, frame);
      const completion = runBlock(run, body, scope, frame);
      if (completion?.kind === 'break') return null;
      if (completion?.kind === 'return') return completion;
    }
    return runElse(run, node, scope, frame);
  });
}

function runWhile(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  const condition = child(node, 'condition');
  const body = child(node, 'body');
  if (!condition || !body) return null;
  for (let round = 0; ; round++) {
    run.budget.step();
    if (round > run.limits.rounds)
      throw new BudgetExceeded(`Analysis limited: a loop ran more than ${run.limits.rounds.toLocaleString('en-US')} rounds.`);
    const decided = truth(run, evaluate(run, condition, scope, frame));
    if (decided === false) return runElse(run, node, scope, frame);
    const completion = runBlock(run, body, scope, frame);
    if (completion?.kind === 'break') return null;
    if (completion?.kind === 'return') return completion;
    if (decided === undefined) {
      run.note('It is not known how often this loop runs: shown as if it ran once.', condition);
      return null;
    }
  }
}

function runElse(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  const otherwise = node.children.find((part) => part.type === 'else_clause');
  const body = otherwise ? child(otherwise, 'body') : null;
  return body ? runBlock(run, body, scope, frame) : null;
}

function runDecorated(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  const definition = child(node, 'definition');
  if (!definition) return null;
  let value: Value =
    definition.type === 'class_definition'
      ? defineClass(run, definition, scope, frame)
      : defineFunction(run, definition, scope, frame);
  for (const decorator of node.children.filter((part) => part.type === 'decorator').reverse()) {
    const expression = namedChildren(decorator)[0];
    if (!expression) continue;
    const function_ = evaluate(run, expression, scope, frame);
    // A decorator that is not known is taken to return what it decorates, as registries and checks of versions do.
    if (function_.kind === 'unknown' || (function_.kind === 'namespace' && function_.members === null)) {
      if (value.kind === 'function') value = { ...value, isGivenMore: true };
      continue;
    }
    const result = decorated(run, function_, value, expression, scope);
    if (result.kind !== 'unknown' && result.kind !== 'none') value = result;
  }
  const name = child(definition, 'name');
  if (name) scope.assign(run.file.tree.textOf(name), value);
  return null;
}

/** What a registry does besides handing the definition back concerns no model, and what stops here does not stop the program. */
function decorated(run: Interpreter, decorator: Value, definition: Value, node: SyntaxNode, scope: Scope): Value {
  return run.noteIf(
    () => {
      try {
        return callValue(run, decorator, { positional: [definition], keywords: new Map(), node }, scope);
      } catch (error) {
        if (error instanceof Raised) return definition;
        throw error;
      }
    },
    (returned) => returned !== definition,
  );
}

function runWith(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  const clause = node.children.find((part) => part.type === 'with_clause');
  for (const item of clause ? namedChildren(clause) : []) {
    const value = child(item, 'value');
    if (!value) continue;
    if (value.type === 'as_pattern') {
      const [expression, alias] = namedChildren(value);
      const manager = expression ? evaluate(run, expression, scope, frame) : none;
      const target = alias ? namedChildren(alias)[0] : undefined;
      if (target) assign(run, target, enter(run, manager, value), scope, frame);
    } else evaluate(run, value, scope, frame);
  }
  const body = child(node, 'body');
  return body ? runBlock(run, body, scope, frame) : null;
}

function enter(run: Interpreter, manager: Value, node: SyntaxNode): Value {
  if (manager.kind !== 'instance') return manager;
  const method = attribute(run, manager, '__enter__');
  return method ? callValue(run, method, { positional: [], keywords: new Map(), node }, null) : manager;
}

function runTry(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  const body = child(node, 'body');
  const finallyBlock = node.children.find((part) => part.type === 'finally_clause');
  let completion: Completion = null;
  try {
    completion = body ? runBlock(run, body, scope, frame) : null;
    completion ??= runElse(run, node, scope, frame);
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    const handler = node.children
      .filter((part) => part.type === 'except_clause')
      .find((clause) => catches(run, clause, error, scope, frame));
    if (!handler) throw error;
    const block = handler.children.find((part) => part.type === 'block');
    completion = block ? runBlock(run, block, scope, frame) : null;
  }
  const last = finallyBlock?.children.find((part) => part.type === 'block');
  return (last ? runBlock(run, last, scope, frame) : null) ?? completion;
}

function catches(run: Interpreter, clause: SyntaxNode, error: Raised, scope: Scope, frame: Frame): boolean {
  const value = child(clause, 'value') ?? namedChildren(clause).find((part) => part.type !== 'block');
  if (!value) return true;
  const expression = value.type === 'as_pattern' ? namedChildren(value)[0] : value;
  const alias = value.type === 'as_pattern' ? namedChildren(value)[1] : undefined;
  const text = expression ? run.file.tree.textOf(expression) : '';
  const names = text
    .replace(/[()\s]/g, '')
    .split(',')
    .map((name) => name.split('.').at(-1));
  const caught = names.some((name) => name === error.typeName || name === 'Exception' || name === 'BaseException');
  const target = alias ? (namedChildren(alias)[0] ?? alias) : undefined;
  if (caught && target) assign(run, target, string(error.message), scope, frame);
  return caught;
}

function raise(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): never {
  const expression = namedChildren(node)[0];
  const value = expression ? evaluate(run, expression, scope, frame) : none;
  const type = value.kind === 'class' ? value.name : value.kind === 'instance' ? value.class.name : 'Exception';
  const argument = value.kind === 'instance' ? value.attributes.get('args') : undefined;
  const first = argument?.kind === 'tuple' ? argument.items[0] : undefined;
  throw new Raised(type, first?.kind === 'string' ? first.value : type);
}

function runMatch(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Completion {
  const subjectNode = child(node, 'subject');
  const body = child(node, 'body') ?? node;
  if (!subjectNode) return null;
  const subject = evaluate(run, subjectNode, scope, frame);
  for (const clause of body.children.filter((part) => part.type === 'case_clause')) {
    const patterns = clause.children.filter((part) => part.type === 'case_pattern');
    const guard = child(clause, 'guard');
    const block = child(clause, 'consequence');
    const matched = matchesClause(run, patterns, subject, scope, frame);
    const guarded = matched !== false && guard ? truth(run, evaluate(run, namedChildren(guard)[0] ?? guard, scope, frame)) : true;
    if (matched === false || guarded === false) continue;
    if (matched === undefined || guarded === undefined) {
      noteUndecided(run, patterns[0] ?? clause, clause, null);
      touchUnseen(run, body, scope);
    }
    return block ? runBlock(run, block, scope, frame) : null;
  }
  return null;
}

/** What a statement names if it is an assignment to one name. */
export function assignedName(tree: SyntaxTree, statement: SyntaxNode): string | null {
  const target = statement.children[0]?.type === 'assignment' ? child(statement.children[0], 'left') : null;
  return target?.type === 'identifier' ? tree.textOf(target) : null;
}
