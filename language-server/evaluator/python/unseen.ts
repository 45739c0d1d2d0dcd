import { child, namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import type { Interpreter } from '../interpreter.js';
import type { Scope } from '../scope.js';
import { touch } from '../touch.js';
import type { Value } from '../values.js';
import { classAttribute } from './classes.js';

/**
 * Marks the tensors that code which does not run here, though it may when the program runs, could write: what it passes to calls, calls
 * methods of, or assigns parts of. Nothing is evaluated.
 */
export function touchUnseen(run: Interpreter, block: SyntaxNode, scope: Scope): void {
  if (run.trace) return;
  for (const node of block.children) {
    if (node.type === 'function_definition' || node.type === 'class_definition' || node.type === 'lambda') continue;
    if (node.type === 'call') touchCall(run, node, scope);
    else if (node.type === 'assignment' || node.type === 'augmented_assignment') touchTarget(run, node, scope);
    touchUnseen(run, node, scope);
  }
}

/** Whether control may leave a block before its end, so that what follows it does not run. */
export function mayLeave(block: SyntaxNode): boolean {
  return block.children.some(
    (node) =>
      node.named &&
      node.type !== 'function_definition' &&
      node.type !== 'class_definition' &&
      (leaving.has(node.type) || mayLeave(node)),
  );
}

const leaving = new Set(['return_statement', 'break_statement', 'continue_statement', 'raise_statement']);

function touchCall(run: Interpreter, call: SyntaxNode, scope: Scope): void {
  const callee = child(call, 'function');
  const list = child(call, 'arguments');
  const receiver = callee && resolve(run, callee, scope);
  if (receiver && (receiver.rest.length === 0 || mayWrite(receiver))) touch([receiver.value]);
  for (const argument of list ? namedChildren(list) : []) {
    const given = resolve(run, argument.type === 'keyword_argument' ? (child(argument, 'value') ?? argument) : argument, scope);
    if (given?.rest.length === 0) touch([given.value]);
  }
}

/** `self.weight[0] = 1` and `self.weight.data = x` write; `self.weight = x` replaces. */
function touchTarget(run: Interpreter, assignment: SyntaxNode, scope: Scope): void {
  const left = child(assignment, 'left');
  const target = left?.type === 'subscript' ? child(left, 'value') : left;
  const found = target && resolve(run, target, scope);
  if (found?.value.kind === 'parameter' && (left !== target || found.rest.length > 0 || assignment.type !== 'assignment'))
    touch([found.value]);
}

interface Resolved {
  readonly value: Value;
  /** Attributes after those that are modules, tensors or plain values. */
  readonly rest: readonly string[];
}

/** Follows a chain of names as far as modules and tensors go. */
function resolve(run: Interpreter, node: SyntaxNode, scope: Scope): Resolved | null {
  if (node.type === 'identifier') {
    const value = known(scope, run.file.tree.textOf(node));
    return value ? { value, rest: [] } : null;
  }
  const object = node.type === 'attribute' ? child(node, 'object') : null;
  const name = node.type === 'attribute' ? child(node, 'attribute') : null;
  const holder = object && resolve(run, object, scope);
  if (!holder || !name) return null;
  const text = run.file.tree.textOf(name);
  const { value, rest } = holder;
  const inner =
    rest.length === 0 && value.kind === 'instance'
      ? (value.module?.children.get(text) ?? value.module?.parameters.get(text) ?? value.attributes.get(text))
      : undefined;
  return inner ? { value: inner, rest: [] } : { value, rest: [...rest, text] };
}

/** A name that has a value already: imports that nobody has asked for stay unread. */
function known(scope: Scope, name: string): Value | undefined {
  for (let one: Scope | null = scope; one; one = one.parent) {
    const value = one.variables.get(name);
    if (value) return value;
  }
  return undefined;
}

/** Whether a method of a module or tensor may write: tensors' in-place methods and views do, constructors of layers do not. */
function mayWrite({ value, rest: [name = ''] }: Resolved): boolean {
  if (value.kind === 'parameter') return true;
  if (value.kind !== 'instance') return false;
  const method = classAttribute(value.class, name);
  if (method?.kind === 'function') return /\w_\(|\.data\b|load|init|reset|copy/.test(method.file.tree.textOf(method.node));
  return method ? true : visitors.has(name) || value.class.unknownBase !== null;
}

const visitors = new Set([
  'apply',
  'modules',
  'named_modules',
  'children',
  'named_children',
  'parameters',
  'named_parameters',
  'state_dict',
  'load_state_dict',
  'reset_parameters',
]);
