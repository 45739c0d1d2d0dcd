import { child, namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import { Raised, TooDeep } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import { Scope } from '../scope.js';
import { touch } from '../touch.js';
import {
  type Call,
  dict,
  type FunctionValue,
  list,
  namedEntries,
  none,
  type ParameterDefinition,
  string,
  tuple,
  type Value,
} from '../values.js';
import { evaluate } from './expressions.js';
import { furtherArguments } from './iteration.js';
import { type Frame, runBlock } from './statements.js';

/** Value of a `def`. Defaults are evaluated now, as Python does. */
export function defineFunction(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): FunctionValue {
  const name = child(node, 'name');
  return make(run, node, name ? run.file.tree.textOf(name) : '', scope, frame);
}

export function defineLambda(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): FunctionValue {
  return make(run, node, '<lambda>', scope, frame);
}

function make(run: Interpreter, node: SyntaxNode, name: string, scope: Scope, frame: Frame): FunctionValue {
  const list = child(node, 'parameters');
  return {
    kind: 'function',
    name,
    node,
    scope,
    file: run.file,
    parameters: list ? readParameters(run, list, scope, frame) : [],
    owner: { class: null },
    attributes: new Map(),
  };
}

function readParameters(run: Interpreter, list: SyntaxNode, scope: Scope, frame: Frame): ParameterDefinition[] {
  const parameters: ParameterDefinition[] = [];
  let kind: ParameterDefinition['kind'] = 'normal';
  const text = (node: SyntaxNode | null | undefined) => (node ? run.file.tree.textOf(node) : '');
  for (const part of list.children) {
    switch (part.type) {
      case 'identifier':
        parameters.push({ name: text(part), kind, default: null, annotation: null });
        break;
      case 'typed_parameter': {
        const inner = namedChildren(part)[0];
        const annotation = child(part, 'type');
        if (inner?.type === 'list_splat_pattern') {
          parameters.push({ name: text(namedChildren(inner)[0]), kind: 'rest', default: null, annotation });
          kind = 'keyword-only';
        } else if (inner?.type === 'dictionary_splat_pattern')
          parameters.push({ name: text(namedChildren(inner)[0]), kind: 'keywords', default: null, annotation });
        else parameters.push({ name: text(inner), kind, default: null, annotation });
        break;
      }
      case 'default_parameter':
      case 'typed_default_parameter': {
        const value = child(part, 'value');
        parameters.push(
          Object.assign(defaultOf(run, value, scope, frame), {
            name: text(child(part, 'name')),
            kind,
            annotation: child(part, 'type'),
          }),
        );
        break;
      }
      case 'list_splat_pattern':
        parameters.push({ name: text(namedChildren(part)[0]), kind: 'rest', default: null, annotation: null });
        kind = 'keyword-only';
        break;
      case 'dictionary_splat_pattern':
        parameters.push({ name: text(namedChildren(part)[0]), kind: 'keywords', default: null, annotation: null });
        break;
      case '*':
      case 'keyword_separator':
        kind = 'keyword-only';
        break;
      case 'positional_separator':
        for (let i = 0; i < parameters.length; i++) parameters[i] = { ...parameters[i]!, kind: 'positional-only' };
        break;
    }
  }
  return parameters;
}

/**
 * Python evaluates defaults when it meets the `def`. Those of imported files wait until someone wants them: they hold the bulk of what
 * such a file asks of further files, and at module level nothing changes in between.
 */
function defaultOf(run: Interpreter, node: SyntaxNode | null, scope: Scope, frame: Frame): { readonly default: Value } {
  if (!node) return { default: none };
  const { file } = run;
  if (file === run.main || file === run.library || scope.kind === 'function')
    return { default: evaluate(run, node, scope, frame) };
  let value: Value | undefined;
  return {
    get default() {
      value ??= run.inFile(file, null, () => evaluate(run, node, scope, { yielded: null }));
      return value;
    },
  };
}

/** Runs a function of the analysed program. */
export function callFunction(run: Interpreter, function_: FunctionValue, call: Call): Value {
  const { node, name } = function_;
  run.budget.step();
  run.called.add(node);
  run.calledForModel.add(node);
  const running = run.running.get(node) ?? { calls: 0, doubts: run.doubts };
  const outermost = running.calls === 0;
  try {
    run.budget.enter();
  } catch (error) {
    if (running.calls > fewInside && run.doubts - running.doubts >= running.calls) run.endless.add(node);
    throw error;
  }
  if (outermost) run.running.set(node, running);
  running.calls++;
  try {
    const scope = new Scope('function', function_.scope);
    scope.callee = function_;
    bind(run, function_, call, scope);
    if (name === '__init__') noteArguments(run, call.positional[0], scope);
    return run.inFile(function_.file, call.node, () => runBody(run, function_, scope));
  } catch (error) {
    // Half an object is worse than none.
    if (!(error instanceof TooDeep) || !outermost || !run.endless.delete(node) || name === '__init__') throw error;
    touch(run.built);
    const reason = `It is not known where the calls of ${name}() inside of itself end.`;
    run.note(reason, call.node);
    return run.unknown(reason, call.node);
  } finally {
    running.calls--;
    if (outermost) run.running.delete(node);
    run.budget.leave();
  }
}

/** What the constructors of an instance were given, as whoever guesses a model's input asks; what a subclass was given stands. */
function noteArguments(run: Interpreter, self: Value | undefined, { variables }: Scope): void {
  if (self?.kind !== 'instance' || (self.nested && !self.class.beyond)) return;
  const known = run.givenTo.get(self) ?? new Map<string, Value>();
  for (const [key, value] of variables) {
    if (value === self || known.has(key)) continue;
    if (value.kind === 'dict' && key === 'kwargs') for (const [inner, one] of namedEntries(value)) known.set(inner, one);
    else known.set(key, value);
  }
  run.givenTo.set(self, known);
}

/** Functions that end call themselves in levels, as trees of blocks do. */
const fewInside = 8;

function runBody(run: Interpreter, function_: FunctionValue, scope: Scope): Value {
  const body = child(function_.node, 'body');
  if (!body) return none;
  if (function_.node.type === 'lambda') return evaluate(run, body, scope, { yielded: null });
  const yielded: Value[] | null = isGenerator(body) ? [] : null;
  const completion = runBlock(run, body, scope, { yielded });
  // Generators are run to their end at once: only their items matter here.
  if (yielded) return list(yielded);
  return completion?.kind === 'return' ? completion.value : none;
}

const generators = new WeakMap<SyntaxNode, boolean>();

function isGenerator(body: SyntaxNode): boolean {
  const known = generators.get(body);
  if (known !== undefined) return known;
  const found = containsYield(body);
  generators.set(body, found);
  return found;
}

function containsYield(node: SyntaxNode): boolean {
  return node.children.some(
    (part) =>
      part.named &&
      part.type !== 'function_definition' &&
      part.type !== 'lambda' &&
      part.type !== 'class_definition' &&
      (part.type === 'yield' || containsYield(part)),
  );
}

/** Binds arguments to parameters. A missing required argument is `TypeError` in Python and ends the call here as well. */
function bind(run: Interpreter, { parameters, name, isGivenMore }: FunctionValue, call: Call, scope: Scope): void {
  const used = new Set<string>();
  let next = 0;
  for (const parameter of parameters) {
    switch (parameter.kind) {
      case 'rest':
        scope.assign(
          parameter.name,
          call.isMadeUp && call.positional.length <= next
            ? furtherArguments(`*${parameter.name}`, run.location(call.node))
            : tuple(call.positional.slice(next)),
        );
        next = call.positional.length;
        continue;
      case 'keywords': {
        const names = new Set(parameters.filter((other) => other.kind !== 'positional-only').map((other) => other.name));
        const given = [...call.keywords].filter(([key]) => !names.has(key));
        const all = dict(given.map(([key, value]) => [string(key), value] as const));
        scope.assign(parameter.name, call.isMadeUp ? { ...all, open: parameter.name } : all);
        for (const key of call.keywords.keys()) used.add(key);
        continue;
      }
      case 'normal':
      case 'positional-only':
        if (next < call.positional.length) {
          scope.assign(parameter.name, call.positional[next++]!);
          continue;
        }
    }
    const keyword = parameter.kind === 'positional-only' ? undefined : call.keywords.get(parameter.name);
    if (keyword) {
      used.add(parameter.name);
      scope.assign(parameter.name, keyword);
    } else if (parameter.default) scope.assign(parameter.name, parameter.default);
    else if (isGivenMore) scope.assign(parameter.name, run.open.named(parameter.name));
    else throw new Raised('TypeError', `${name}() is missing the argument '${parameter.name}'.`);
  }
  if (next < call.positional.length)
    throw new Raised('TypeError', `${name}() takes ${next} positional arguments but ${call.positional.length} were given.`);
  for (const key of call.keywords.keys())
    if (!used.has(key) && !parameters.some((parameter) => parameter.name === key || parameter.kind === 'keywords'))
      throw new Raised('TypeError', `${name}() got an unexpected argument '${key}'.`);
}
