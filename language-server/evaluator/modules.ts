import type { ModuleRow, Output } from '../frameworks/framework.js';
import { instantiate, sizesOf } from '../frameworks/index.js';
import type { Parameter } from '../network/graph.js';
import { symbol } from '../network/quantity.js';
import { child, type SyntaxNode } from '../source/syntax-tree.js';
import { Raised } from './budget.js';
import { contentsOf } from './framework-calls.js';
import { isModuleClass } from './framework-names.js';
import { noteCall } from './input-shapes.js';
import type { Interpreter } from './interpreter.js';
import { tensorOfNumbers } from './python/arrays.js';
import { callValue } from './python/calls.js';
import { classAttribute } from './python/classes.js';
import { formatValue } from './python/format.js';
import { bindSignature, parseSignature, toArguments } from './signature.js';
import { nodesIn, opaque, toTensor } from './tensors.js';
import { Trace } from './trace.js';
import {
  type Call,
  type ClassValue,
  type Instance,
  int,
  nativeClass,
  none,
  type ParameterValue,
  type Tensor,
  tuple,
  type Unknown,
  type Value,
} from './values.js';

/** Allocates an instance. Modules of the framework without a constructor in user code get their parameters at once. */
export function build(run: Interpreter, type: ClassValue, call: Call): Instance {
  const instance: Instance = {
    kind: 'instance',
    class: type,
    attributes: new Map(),
    location: run.location(call.node),
    nested: run.constructing > 0,
    module: isModuleClass(run, type)
      ? { children: new Map(), parameters: new Map(), built: null, layer: null, path: null, copyOf: null }
      : null,
  };
  if (instance.module) {
    if (run.built.length >= run.limits.nodes) throw new Raised('MemoryError', 'Too many modules.');
    run.built.push(instance);
    if (type.row && !classAttribute(type, '__init__')) construct(run, instance, call);
  }
  return instance;
}

/** A child that is not known, for instance from a library that is not there: signals stop in it, with the reason. */
export function unknownModule(run: Interpreter, value: Unknown, node: SyntaxNode): Instance {
  const location = value.location ?? run.location(node);
  run.note(value.reason, location);
  const type = nativeClass('unknown', { unknownBase: value });
  const module = { children: new Map(), parameters: new Map(), built: null, layer: null, path: null, copyOf: null };
  return { kind: 'instance', class: type, attributes: new Map(), location, nested: true, module };
}

/** Runs the constructor of a framework's module: binds its arguments and makes its parameters. */
export function construct(run: Interpreter, instance: Instance, call: Call): void {
  const { row } = instance.class;
  const state = instance.module;
  if (!row || !state) return;
  const owner = instance.class.resolution.find((ancestor) => ancestor.row === row && ancestor.qualified);
  const name = owner?.qualified ?? instance.class.name;
  const given = sizesAsSymbols(run, row, bindSignature(row.signature, call, name.split('.').at(-1)!), call);
  const bound = toArguments(given);
  const made = instantiate(run.framework, name, row, bound, { path: '', location: run.location(call.node) });
  state.built = { name, row, arguments: { ...bound, ...made.attributes } };
  state.layer = made.layer;
  for (const [key, parameter] of made.parameters)
    state.parameters.set(key, parameter ? { kind: 'parameter', parameter, trainable: true } : none);
  for (const { name: key, contents } of row.tensors) {
    const value = contents === undefined ? none : (given.get(contents) ?? none);
    const source = { kind: 'call', text: `${contents}=…`, location: run.location(call.node) } as const;
    if (value.kind !== 'none') made.parameters.get(key)?.writes.push(...contentsOf(value, source).writes);
  }
  if (row.buffers) {
    const kept = bound[row.buffers.when] !== false;
    for (const [key, value] of Object.entries(row.buffers.values))
      instance.attributes.set(key, kept ? constantTensor(run, value, call.node) : none);
  }
  for (const problem of made.problems) run.note(problem, run.location(call.node));
  // The framework's constructors end with this call, which subclasses override.
  const reset = classAttribute(instance.class, 'reset_parameters');
  if (reset) callValue(run, reset, { positional: [instance], keywords: new Map(), node: call.node }, null);
}

/** A tensor of the module's state that no optimizer moves. */
function constantTensor(run: Interpreter, mean: number, node: SyntaxNode): Value {
  const source = { kind: 'default', text: `${run.framework.label} default`, location: run.location(node) } as const;
  const family = mean === 0 ? 'zeros' : mean === 1 ? 'ones' : 'constant';
  return {
    kind: 'parameter',
    parameter: { name: '', shape: null, writes: [{ family, mean, variance: 0, formula: null, source }] },
    trainable: false,
  };
}

/**
 * Gives each size that is not known a symbol, named after the text of the argument: fan-scaled variances hold for it as well.
 * The arguments without a default are the sizes.
 */
function sizesAsSymbols(run: Interpreter, row: ModuleRow, bound: Map<string, Value>, call: Call): Map<string, Value> {
  for (const { name, kind, default: usual } of parseSignature(row.signature)) {
    const value = bound.get(name);
    if (!value || usual || kind === 'rest' || kind === 'keywords') continue;
    if (value.kind === 'unknown') {
      run.note(value.reason, value.location ?? call.node);
      bound.set(name, int(symbol(argumentText(run, call, value) ?? name)));
    } else if (sizesOf(row).has(name) && !couldBeSize(value)) {
      run.note(`No layer that learns has ${name} = ${formatValue(value)}: it is taken as unknown.`, call.node);
      bound.set(name, int(symbol(name)));
    }
  }
  return bound;
}

function couldBeSize(value: Value): boolean {
  if (value.kind === 'list' || value.kind === 'tuple') return value.items.every(couldBeSize);
  return value.kind !== 'number' || typeof value.value !== 'number' || (Number.isInteger(value.value) && value.value >= 1);
}

/** The text of the argument that has this value, where it is a name or an attribute. */
function argumentText(run: Interpreter, call: Call, value: Value): string | null {
  const position = call.positional.indexOf(value);
  const list = child(call.node, 'arguments');
  const node = position >= 0 ? list?.children.filter((part) => part.named)[position] : undefined;
  const text = node ? run.file.tree.textOf(node) : '';
  return /^[A-Za-z_][\w.]*$/.test(text) ? text.replace(/^self\./, '') : null;
}

/** `module(x)`: runs its `forward` on symbolic tensors. */
export function callModule(run: Interpreter, instance: Instance, call: Call): Value {
  if (!run.trace) {
    // A module that runs while the model is built, to find a size by trying, or in a script: its graph is thrown away.
    const trace = new Trace(run.limits.nodes);
    run.trace = trace;
    noteCall(run, instance, call);
    try {
      return run.noteIf(
        () => callModule(run, instance, call),
        () => run.constructing > 0,
      );
    } finally {
      trace.end();
      run.trace = null;
    }
  }
  const state = instance.module!;
  state.called = true;
  const path = state.path ?? run.trace.path;
  return run.trace.within(path, () => {
    const forward = classAttribute(instance.class, 'forward');
    if (forward && forward.kind !== 'descriptor')
      return callValue(run, forward, { ...call, positional: [instance, ...call.positional] }, null);
    if (state.built) return operate(run, instance, call, path);
    return withoutForward(run, instance, call);
  });
}

function withoutForward(run: Interpreter, { class: { name, unknownBase } }: Instance, call: Call): Value {
  const inputs = nodesIn(run, [...call.positional, ...call.keywords.values()], call.node);
  return opaque(run, unknownBase?.reason ?? `'${name}' has no forward().`, inputs, call.node, name);
}

/** `super().forward(x)` in a class that derives from one of the framework's: what that one does. */
export function callOwnOperation(run: Interpreter, instance: Instance, call: Call): Value {
  if (!run.trace) return callModule(run, instance, call);
  if (instance.module!.built) return operate(run, instance, call, instance.module!.path ?? run.trace.path);
  return withoutForward(run, instance, call);
}

/** Runs a framework's module: one node with the outputs that its row tells. */
function operate(run: Interpreter, instance: Instance, call: Call, path: string): Value {
  const state = instance.module!;
  const { row, arguments: bound, name } = state.built!;
  const short = name.split('.').at(-1)!;
  const tensors = [...call.positional, ...call.keywords.values()].flatMap((value) => tensorInputs(run, value, call.node));
  const context = { arguments: bound, inputs: tensors.map((tensor) => tensor.shape), layer: state.layer };
  const result = row.operation(context);
  const inputs = tensors.map((tensor) => tensor.node);
  if (typeof result === 'string') return opaque(run, result, inputs, call.node, short);
  const used =
    result.operation.kind === 'affine' || result.operation.kind === 'opaque'
      ? inputs.slice(0, result.operation.kind === 'affine' && result.operation.variant === 'bilinear' ? 2 : 1)
      : inputs;
  const node = run.trace!.add(result.operation, short, used, result.shape, instance.location, path);
  return result.outputs ? spread(run, node, result.outputs, instance, { first: true }) : node;
}

/** The structure that a module with several outputs returns; further ones are views of the node. */
function spread(
  run: Interpreter,
  node: Tensor,
  outputs: readonly Output[],
  instance: Instance,
  state: { first: boolean },
): Value {
  return tuple(
    outputs.map((output): Value => {
      if (!('shape' in output)) return spread(run, node, output, instance, state);
      if (state.first) {
        state.first = false;
        return node;
      }
      const { state: which, shape } = output;
      return run.trace!.add({ kind: 'reshape', ...(which && { state: which }) }, 'state', [node.node], shape, instance.location);
    }),
  );
}

function tensorInputs(run: Interpreter, value: Value, node: SyntaxNode): Tensor[] {
  switch (value.kind) {
    case 'tensor':
      return [value];
    case 'parameter':
    case 'unknown': {
      const tensor = toTensor(run, value, node);
      return tensor ? [tensor] : [];
    }
    case 'list':
      if (value.array) return tensorOfNumbers(run, value, node);
      return value.items.flatMap((item) => tensorInputs(run, item, node));
    case 'tuple':
      return value.items.flatMap((item) => tensorInputs(run, item, node));
    default:
      return [];
  }
}

/** Modules under a root in the order of `named_modules()`, each once, with its path. */
export function namedModules(root: Instance, prefix = ''): { path: string; module: Instance }[] {
  const found: { path: string; module: Instance }[] = [];
  const seen = new Set<Instance>();
  const visit = (module: Instance, path: string): void => {
    if (seen.has(module)) return;
    seen.add(module);
    found.push({ path, module });
    for (const [name, child] of module.module?.children ?? [])
      if (child.kind === 'instance') visit(child, path === '' ? name : `${path}.${name}`);
  };
  visit(root, prefix);
  return found;
}

/** Parameters under a root in the order of `named_parameters()`, each once. */
export function namedParameters(root: Instance): { path: string; value: ParameterValue }[] {
  const found: { path: string; value: ParameterValue }[] = [];
  const seen = new Set<Parameter>();
  for (const { path, module } of namedModules(root))
    for (const [name, value] of module.module?.parameters ?? []) {
      if (value.kind !== 'parameter' || seen.has(value.parameter)) continue;
      seen.add(value.parameter);
      found.push({ path: path === '' ? name : `${path}.${name}`, value });
    }
  return found;
}
