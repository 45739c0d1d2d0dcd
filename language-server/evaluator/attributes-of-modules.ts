import { contentsOf } from './framework-calls.js';
import type { Interpreter } from './interpreter.js';
import { liveEntries } from './live-entries.js';
import { markLoaded } from './loaded-weights.js';
import { callModule, callOwnOperation, construct, namedModules, namedParameters, unknownModule } from './modules.js';
import { callValue } from './python/calls.js';
import { classAttribute } from './python/classes.js';
import { entriesOf } from './python/dict-classes.js';
import { fromArgument } from './signature.js';
import { forgetParameter } from './tensors.js';
import { touch } from './touch.js';
import { bool, builtin, type Call, dict, type Instance, keyOf, list, none, string, tuple, type Value } from './values.js';

/** `object.name = value`. Modules and trainable tensors register themselves with the module that holds them. */
export function setAttribute(run: Interpreter, object: Value, name: string, value: Value): void {
  if (object.kind === 'function') object.attributes.set(name, value);
  else if (object.kind === 'class') object.attributes.set(name, value);
  else if (object.kind === 'parameter' && name === 'data' && value.kind === 'parameter') {
    object.parameter.writes.push(...value.parameter.writes.slice(-1));
  } else if (object.kind === 'parameter' && name === 'data' && value.kind === 'list' && value.array) {
    const node = run.current ?? run.file.tree.root;
    const source = { kind: 'call', text: 'assignment to .data', location: run.location(node) } as const;
    object.parameter.writes.push(...contentsOf(value, source).writes);
  } else if (object.kind === 'parameter' && name === 'data') {
    const reason = value.kind === 'unknown' ? value.reason : 'The values that this tensor gets are not known.';
    forgetParameter(run, object, 'assignment to .data', reason, run.current ?? run.file.tree.root);
  } else if (object.kind === 'instance') setInstanceAttribute(run, object, name, value);
}

function setInstanceAttribute(run: Interpreter, object: Instance, name: string, value: Value): void {
  const state = object.module;
  if (!state) {
    const own = entriesOf(object) && classAttribute(object.class, '__setattr__');
    const node = run.current ?? run.file.tree.root;
    if (own) callValue(run, own, { positional: [object, string(name), value], keywords: new Map(), node }, null);
    else object.attributes.set(name, value);
    if (object.attributes.get('__dict__') === object && name !== '__dict__')
      entriesOf(object)?.entries.set(keyOf(string(name)), { key: string(name), value });
    return;
  }
  const wasChild = state.children.has(name);
  const wasParameter = state.parameters.has(name);
  if (value.kind === 'instance' && value.module) {
    object.attributes.delete(name);
    state.parameters.delete(name);
    state.children.set(name, value);
  } else if (value.kind === 'parameter' && value.trainable) {
    object.attributes.delete(name);
    state.children.delete(name);
    state.parameters.set(name, value);
    retie(object, name, value);
  } else if (value.kind === 'none' && wasChild) state.children.set(name, value);
  else if (value.kind === 'none' && wasParameter) state.parameters.set(name, value);
  else {
    state.children.delete(name);
    state.parameters.delete(name);
    object.attributes.set(name, value);
  }
}

/** `self.head.weight = self.embedding.weight`: the layer's own tensor is the other one from now on. */
function retie(object: Instance, name: string, value: Extract<Value, { kind: 'parameter' }>): void {
  const state = object.module!;
  if (!state.layer || (name !== 'weight' && name !== 'bias')) return;
  state.layer = { ...state.layer, [name]: value.parameter };
}

/** What a module has besides what its class and its instance define; `undefined`: nothing of that name. */
export function moduleAttribute(run: Interpreter, object: Instance, name: string): Value | undefined {
  const state = object.module!;
  const method = methods[name];
  if (method) return builtin(name, (call) => method(run, object, call));
  switch (name) {
    case 'training':
      return bool(run.training || !run.trace);
    case '_modules':
      return liveEntries(
        state.children,
        (key, value) => setInstanceAttribute(run, object, key, value),
        (key) => state.children.delete(key),
      );
    case '_parameters':
      return liveEntries(
        state.parameters,
        (key, value) => setInstanceAttribute(run, object, key, value),
        (key) => state.parameters.delete(key),
      );
    case 'all_weights':
    case '_all_weights':
      return state.layer?.role === 'recurrent' ? weightsByLayer(state.parameters, name === '_all_weights') : undefined;
    case '_buffers':
      return dict();
  }
  const argument = state.built?.arguments;
  if (argument && name in argument) return fromArgument(argument[name]);
  return undefined;
}

/** `rnn.all_weights`: the tensors of each layer and direction; their names in `_all_weights`. */
function weightsByLayer(parameters: ReadonlyMap<string, Value>, names: boolean): Value {
  const groups = new Map<string, Value[]>();
  for (const [name, value] of parameters) {
    if (value.kind !== 'parameter') continue;
    const suffix = name.replace(/^(weight|bias)_[a-z]+/, '');
    groups.set(suffix, [...(groups.get(suffix) ?? []), names ? string(name) : value]);
  }
  return list([...groups.values()].map(list));
}

/** Whether every module has an attribute of this name, or this one by the arguments that it was given. */
export function isModuleAttribute(object: Instance, name: string): boolean {
  return name === 'training' || Object.hasOwn(methods, name) || name in (object.module?.built?.arguments ?? {});
}

/** What `super()` finds in the framework's own classes. */
export function inheritedFromFramework(run: Interpreter, object: Instance, name: string): Value | undefined {
  if (name === 'forward') return builtin(name, (call) => callOwnOperation(run, object, call));
  return moduleAttribute(run, object, name);
}

/** Whether the framework's own classes have a method of this name. */
export const isModuleMethod = (name: string): boolean => Object.hasOwn(methods, name);

/** Parameters in order with their names; `recurse=False` leaves out those of submodules. */
function parametersOf(object: Instance, call: Call, position: number): ReturnType<typeof namedParameters> {
  const recurse = call.keywords.get('recurse') ?? call.positional[position];
  const prefix = position > 0 ? prefixOf(call, 0) : '';
  return namedParameters(object)
    .filter(({ path }) => !(recurse?.kind === 'bool' && !recurse.value) || !path.includes('.'))
    .map(({ path, value }) => ({ path: prefix === '' ? path : `${prefix}.${path}`, value }));
}

function prefixOf({ positional, keywords }: Call, position: number): string {
  const prefix = keywords.get('prefix') ?? positional[position];
  return prefix?.kind === 'string' ? prefix.value : '';
}

type Method = (run: Interpreter, object: Instance, call: Call) => Value;

const self: Method = (_, object) => object;
const nothing: Method = () => none;

const methods: Readonly<Record<string, Method>> = {
  __init__: (run, object, call) => {
    construct(run, object, call);
    return none;
  },
  __call__: (run, object, call) => callModule(run, object, call),
  forward: (run, object, call) => callModule(run, object, call),
  modules: (run, object) => run.visits.mark(list(namedModules(object).map(({ module }) => module)), 'modules', object),
  named_modules: (run, object, call) => {
    const named = namedModules(object, prefixOf(call, 1)).map(({ path, module }) => tuple([string(path), module]));
    return run.visits.mark(list(named), 'modules', object);
  },
  children: (run, object) =>
    run.visits.mark(list([...object.module!.children.values()].filter((child) => child.kind === 'instance')), 'children', object),
  named_children: (run, object) => {
    const named = [...object.module!.children].filter(([, child]) => child.kind === 'instance');
    return run.visits.mark(list(named.map(([name, child]) => tuple([string(name), child]))), 'children', object);
  },
  parameters: (run, object, call) =>
    run.visits.mark(list(parametersOf(object, call, 0).map(({ value }) => value)), 'parameters', object),
  named_parameters: (run, object, call) => {
    const named = parametersOf(object, call, 1).map(({ path, value }) => tuple([string(path), value]));
    return run.visits.mark(list(named), 'parameters', object);
  },
  buffers: () => list([]),
  named_buffers: () => list([]),
  add_module: (run, object, { positional: [name, child], node }) => {
    if (name?.kind !== 'string' || !child) return none;
    setInstanceAttribute(run, object, name.value, child.kind === 'unknown' ? unknownModule(run, child, node) : child);
    return none;
  },
  register_module: (run, object, call) => methods.add_module!(run, object, call),
  register_parameter: (_, object, { positional: [name, value], keywords }) => {
    const parameter = value ?? keywords.get('param');
    if (name?.kind === 'string' && (parameter?.kind === 'parameter' || parameter?.kind === 'none'))
      object.module!.parameters.set(name.value, parameter);
    return none;
  },
  register_buffer: (_, object, { positional: [name, value = none] }) => {
    if (name?.kind === 'string') object.attributes.set(name.value, value);
    return none;
  },
  apply: (run, object, { positional: [function_ = none], node }) => {
    // Children first, the module itself last, as PyTorch does it.
    const visit = (module: Instance): void => {
      run.budget.enter();
      for (const child of module.module!.children.values()) if (child.kind === 'instance') visit(child);
      run.budget.leave();
      callValue(run, function_, { positional: [module], keywords: new Map(), node }, null);
    };
    run.visits.apply(run, object, function_, node, () => visit(object));
    return object;
  },
  get_submodule: (run, object, { positional: [path], node }) => {
    let module: Value | undefined = object;
    for (const part of path?.kind === 'string' && path.value !== '' ? path.value.split('.') : [])
      module = module?.kind === 'instance' ? module.module?.children.get(part) : undefined;
    return module ?? run.unknown('This submodule is not known.', node);
  },
  reset_parameters: (run, object, { node }) => {
    for (const parameter of object.module!.parameters.values()) {
      const first = parameter.kind === 'parameter' ? parameter.parameter.writes[0] : undefined;
      // The framework's own tensors only: what a subclass adds is not known to this method.
      if (parameter.kind === 'parameter' && first?.source.kind === 'default')
        parameter.parameter.writes.push({
          ...first,
          source: { kind: 'call', text: 'reset_parameters()', location: run.location(node) },
        });
    }
    return none;
  },
  load_state_dict: (run, object, { node }) => {
    touch([object]);
    markLoaded(object, 'load_state_dict', run.location(node));
    run.note(`Weights are loaded here: '${object.class.name}' is shown as initialized before that.`, node);
    return none;
  },
  state_dict: (run, _, { node }) => run.unknown('The contents of a state dict are not followed.', node),
  requires_grad_: self,
  train: self,
  eval: self,
  to: self,
  cuda: self,
  cpu: self,
  half: self,
  float: self,
  double: self,
  bfloat16: self,
  type: self,
  share_memory: self,
  compile: nothing,
  zero_grad: nothing,
  register_forward_hook: nothing,
  register_forward_pre_hook: (_, object, { positional: [hook] }) => {
    const state = object.module!;
    if (hook) state.before = [...(state.before ?? []), hook];
    return none;
  },
  register_full_backward_hook: nothing,
  register_load_state_dict_post_hook: nothing,
  _register_load_state_dict_pre_hook: nothing,
  extra_repr: () => string(''),
  _get_name: (_, object) => string(object.class.name),
};
