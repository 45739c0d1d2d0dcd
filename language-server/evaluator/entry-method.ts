import { child, namedChildren, type SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';
import { classAttribute } from './python/classes.js';
import { type ClassValue, dict, type FunctionValue, type Instance, string, tuple, type Value } from './values.js';

/** What is run of a model: `forward`, or what the class has instead where it has none, or one that only says so. */
export function entryMethod(instance: Instance): Value | undefined {
  const own = classAttribute(instance.class, 'forward');
  return own && !isNotImplemented(own) ? own : (methodInstead(instance) ?? own);
}

/** The step of a training loop that calls the class, as Lightning's do. */
export function trainingStep(type: ClassValue): FunctionValue | undefined {
  const step = classAttribute(type, 'training_step');
  return step?.kind === 'function' && step.node.type === 'function_definition' ? step : undefined;
}

/** A body of `raise NotImplementedError` alone, with its documentation. */
function isNotImplemented(method: Value): boolean {
  if (method.kind !== 'function' || method.node.type !== 'function_definition') return false;
  const body = child(method.node, 'body');
  const statements = body ? namedChildren(body).filter(({ type }) => type !== 'comment') : [];
  const last = statements.at(-1);
  return (
    last?.type === 'raise_statement' &&
    /^raise\s+NotImplementedError\b/.test(method.file.tree.textOf(last)) &&
    statements.slice(0, -1).every((one) => one.type === 'expression_statement' && one.children[0]?.type === 'string')
  );
}

/**
 * Where there is no `forward`: the step of a training loop that calls the class, as Lightning's do, else the method that uses most of the
 * parts of the model, as `get_action_and_value` of an agent with an actor and a critic does.
 */
function methodInstead({ class: type, module }: Instance): FunctionValue | undefined {
  let [best, most] = [undefined as FunctionValue | undefined, 0];
  for (const ancestor of type.resolution)
    for (const [name, value] of ancestor.attributes) {
      if (value.kind !== 'function' || value.node.type !== 'function_definition' || value.file !== type.file) continue;
      if (name === 'training_step') return value;
      if (name.startsWith('_') || preparing.test(name) || value.parameters.slice(1).every((one) => one.default)) continue;
      const read = new Set(value.file.tree.textOf(value.node).match(/(?<=\bself\.)\w+/g));
      const used = [...(module?.children.keys() ?? [])].filter((part) => read.has(part)).length;
      if (used > most) [best, most] = [value, used];
    }
  return best;
}

/** Names of methods that a signal does not go through. */
const preparing = /^(init|reset|configure|load|save|build|make|setup|freeze|set|add|train|eval|update|extra_repr)(_|$)/;

/**
 * A batch as a training step takes it apart: `x, y = batch`, `batch[0]`, `batch['image']`. `null`: it is used as a whole.
 *
 * @param input the tensor for a part of this name
 */
export function batchOf(
  run: Interpreter,
  { node, file }: FunctionValue,
  name: string,
  input: (part: string) => Value,
): Value | null {
  const { tree } = file;
  const [keys, places] = [new Set<string>(), new Set<number>()];
  const isBatch = (one: SyntaxNode | null): boolean => one?.type === 'identifier' && tree.textOf(one) === name;
  const visit = (one: SyntaxNode): void => {
    run.budget.step();
    const left = one.type === 'assignment' && isBatch(child(one, 'right')) ? child(one, 'left') : null;
    if (left && (left.type === 'pattern_list' || left.type === 'tuple_pattern'))
      for (const i of namedChildren(left).keys()) places.add(i);
    const index = one.type === 'subscript' && isBatch(child(one, 'value')) ? child(one, 'subscript') : null;
    if (index?.type === 'string') keys.add(tree.textOf(index).slice(1, -1));
    if (index?.type === 'integer') places.add(Number(tree.textOf(index)));
    for (const part of one.children) visit(part);
  };
  visit(node);
  if (keys.size > 0) return dict([...keys].map((key) => [string(key), input(key)] as const));
  if (places.size === 0) return null;
  return tuple(Array.from({ length: Math.min(16, Math.max(...places) + 1) }, (_, i) => input(`${name}[${i}]`)));
}
