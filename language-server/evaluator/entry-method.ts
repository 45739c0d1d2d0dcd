import { child, namedChildren } from '../source/syntax-tree.js';
import { classAttribute } from './python/classes.js';
import type { ClassValue, FunctionValue, Instance, Value } from './values.js';

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
