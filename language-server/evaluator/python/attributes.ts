import { inheritedFromFramework, isModuleMethod, moduleAttribute, setAttribute } from '../attributes-of-modules.js';
import { Raised } from '../budget.js';
import { frameworkValue, isModuleClass } from '../framework-names.js';
import type { Interpreter } from '../interpreter.js';
import { liveEntries } from '../live-entries.js';
import { parameterAttribute, tensorAttribute } from '../tensors.js';
import {
  builtin,
  type ClassValue,
  type Instance,
  type Namespace,
  none,
  type SuperValue,
  scopeAsDict,
  string,
  tuple,
  unknown,
  type Value,
} from '../values.js';
import { callValue, dataclassConstructor } from './calls.js';
import { classAttribute } from './classes.js';
import { entriesOf, entryAsAttribute, inheritedFromDict, isHidden, methodOfDict } from './dict-classes.js';
import { submodule } from './imports.js';
import { methodOf } from './methods.js';

/** `object.name`; `undefined` where there is no such attribute, as `hasattr` wants to know. */
export function attribute(run: Interpreter, object: Value, name: string): Value | undefined {
  switch (object.kind) {
    case 'instance':
      return instanceAttribute(run, object, name);
    case 'class':
      return attributeOfClass(run, object, name);
    case 'super':
      return superAttribute(run, object, name);
    case 'namespace':
      return namespaceAttribute(run, object, name);
    case 'tensor':
      return tensorAttribute(run, object, name);
    case 'parameter':
      return parameterAttribute(run, object, name);
    case 'function':
      if (name === '__name__' || name === '__qualname__') return string(object.name);
      return object.attributes.get(name);
    case 'framework':
      return name === '__name__' ? string(object.name.split('.').at(-1)!) : undefined;
    case 'builtin':
      if (name === '__bases__' && object.name === 'object') return tuple([]);
      if (object.name === 'dict' && name !== '__name__' && name !== 'fromkeys') return methodOfDict(run, name);
      return object.members?.get(name) ?? (name === '__name__' ? string(object.name) : undefined);
    case 'bound':
      return attribute(run, object.function, name);
    case 'tuple': {
      const position = object.fields?.indexOf(name) ?? -1;
      return position >= 0 ? object.items[position] : methodOf(run, object, name);
    }
    case 'unknown':
      return object.result === undefined ? object : { ...unknown(object.reason, object.location), from: object.result };
    default:
      return methodOf(run, object, name);
  }
}

function instanceAttribute(run: Interpreter, object: Instance, name: string): Value | undefined {
  const own = object.attributes.get(name) ?? object.module?.children.get(name) ?? object.module?.parameters.get(name);
  if (own) return own;
  const inherited = classAttribute(object.class, name);
  if (inherited) return bindTo(run, object, inherited);
  if (object.module) {
    const value = moduleAttribute(run, object, name);
    if (value) return value;
  }
  const entries = entriesOf(object) && (entryAsAttribute(object, name) ?? inheritedFromDict(run, object, name));
  if (entries) return entries;
  if (name === '__setattr__') return setter(run, object);
  if (name === '__getattr__' && object.module) return getter(run, object);
  if (name === '__class__') return object.class;
  if (name === '__dict__')
    return {
      ...liveEntries(
        visible(object),
        (key, value) => object.attributes.set(key, value),
        (key) => object.attributes.delete(key),
      ),
      ofNames: true,
    };
  const fallback = classAttribute(object.class, '__getattr__');
  if (fallback)
    return callValue(
      run,
      fallback,
      { positional: [object, string(name)], keywords: new Map(), node: run.current ?? run.file.tree.root },
      null,
    );
  return renamed(run, object, name) ?? object.class.beyond ?? undefined;
}

const visible = ({ attributes }: Instance): [string, Value][] => [...attributes].filter(([name]) => !isHidden(name));

/** `self.__setattr__(name, value)`, which a class may also call on `super()`. */
function setter(run: Interpreter, object: Instance): Value {
  return builtin('__setattr__', ({ positional: [key, value = none], node }) => {
    if (key?.kind === 'string') setAttribute(run, object, key.value, value);
    else run.note('The name of the attribute that is set here is not known.', node);
    return none;
  });
}

/** `self.__getattr__(name)`: what Python asks where the usual places have no such name; modules keep their parts there. */
function getter(run: Interpreter, object: Instance): Value {
  return builtin('__getattr__', ({ positional: [key], node }) => {
    if (key?.kind !== 'string') return run.unknown('The name of this attribute is not known.', node);
    const { children, parameters } = object.module!;
    const own = children.get(key.value) ?? parameters.get(key.value) ?? object.attributes.get(key.value);
    if (own) return own;
    if (object.class.beyond) return object.class.beyond;
    throw new Raised('AttributeError', `'${object.class.name}' has no attribute '${key.value}'.`);
  });
}

/** Instances whose `__getattribute__` runs: what that misses is not there. */
const asked = new WeakSet<Instance>();

/** What a class's own `__getattribute__` makes of a name that is not there, as configurations do that know one under several names. */
function renamed(run: Interpreter, object: Instance, name: string): Value | undefined {
  const general = object.module || asked.has(object) ? undefined : classAttribute(object.class, '__getattribute__');
  if (general?.kind !== 'function') return undefined;
  asked.add(object);
  try {
    const node = run.current ?? run.file.tree.root;
    const value = callValue(run, general, { positional: [object, string(name)], keywords: new Map(), node }, null);
    return value.kind === 'unknown' ? undefined : value;
  } catch (error) {
    if (error instanceof Raised) return undefined;
    throw error;
  } finally {
    asked.delete(object);
  }
}

/** Functions become methods, properties are run. */
function bindTo(run: Interpreter, self: Value, value: Value): Value {
  if (value.kind === 'function' || value.kind === 'builtin') return { kind: 'bound', self, function: value };
  if (value.kind !== 'descriptor') return value;
  switch (value.variant) {
    case 'static':
      return value.function;
    case 'class':
      return { kind: 'bound', self: self.kind === 'instance' ? self.class : self, function: value.function };
    case 'property':
      return callValue(
        run,
        value.function,
        { positional: [self], keywords: new Map(), node: run.current ?? run.file.tree.root },
        null,
      );
  }
}

function attributeOfClass(run: Interpreter, type: ClassValue, name: string): Value | undefined {
  if (name === '__name__' || name === '__qualname__') return string(type.name);
  if (name === '__module__') return string(moduleOf(run, type));
  if (name === '__mro__') return tuple(type.resolution);
  if (name === '__bases__') return type.unknownBase ?? basesOf(run, type);
  const value = classAttribute(type, name);
  if (value?.kind === 'descriptor') return value.variant === 'property' ? value : bindTo(run, type, value);
  const told =
    type.qualified !== null && run.resolve(`${type.qualified}.${name}`)
      ? frameworkValue(run, `${type.qualified}.${name}`)
      : undefined;
  return value ?? told ?? unboundMethod(run, type, name) ?? type.beyond ?? undefined;
}

/** `nn.Linear.__init__(self, …)`, `nn.Conv2d.forward(self, x)`: methods of the framework's own classes, with the instance as an argument. */
function unboundMethod(run: Interpreter, type: ClassValue, name: string): Value | undefined {
  if (!isModuleMethod(name) || !isModuleClass(run, type)) return undefined;
  return builtin(name, (call) => {
    const [self, ...positional] = call.positional;
    const method =
      self?.kind === 'instance' && self.module && superAttribute(run, { kind: 'super', self, rest: type.resolution }, name);
    if (!method) return run.unknown(`What ${name}() is called on is not known.`, call.node);
    return callValue(run, method, { ...call, positional }, null);
  });
}

/** The framework's classes have no bases of their own here, but ancestors. */
function basesOf(run: Interpreter, { bases, resolution }: ClassValue): Value {
  const direct = bases.filter((base) => base.kind === 'class');
  const known = direct.length > 0 ? direct : resolution.slice(1, 2);
  return tuple(known.length > 0 ? known : [run.builtins.variables.get('object') ?? none]);
}

/** The dotted name of the module that defines a class, as an import would find it. */
function moduleOf(run: Interpreter, { qualified, file }: ClassValue): string {
  if (qualified !== null) return qualified.split('.').slice(0, -1).join('.');
  const stem = file?.id
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.\w+$/, '');
  return (file && stem && run.fullName(`.${stem}`, file)) || '__main__';
}

function superAttribute(run: Interpreter, object: SuperValue, name: string): Value | undefined {
  for (const ancestor of object.rest) {
    const value = ancestor.attributes.get(name);
    if (value) return bindTo(run, object.self, value);
  }
  const ofDict = object.self.kind === 'instance' ? inheritedFromDict(run, object.self, name) : undefined;
  if (ofDict) return ofDict;
  if (name === '__getattribute__')
    return builtin(name, ({ positional: [key], node }) => {
      const found = key?.kind === 'string' ? attribute(run, object.self, key.value) : undefined;
      return found ?? run.unknown('This attribute is not known.', node);
    });
  if (object.self.kind === 'instance' && name === '__setattr__') return setter(run, object.self);
  if (object.self.kind === 'instance' && name === '__getattr__' && object.self.module) return getter(run, object.self);
  if (object.self.kind === 'instance' && object.self.module) {
    const value = inheritedFromFramework(run, object.self, name);
    if (value) return value;
  }
  const fields = name === '__init__' ? object.rest.find((ancestor) => ancestor.flavour === 'dataclass') : undefined;
  if (fields && object.self.kind === 'instance') return dataclassConstructor(run, fields, object.self);
  // `object.__init__` and hooks of classes that are not there take anything and do nothing.
  return {
    kind: 'builtin',
    name,
    call: () => (object.self.kind === 'instance' ? (object.self.class.beyond ?? { kind: 'none' }) : { kind: 'none' }),
  };
}

function namespaceAttribute(run: Interpreter, object: Namespace, name: string): Value | undefined {
  const member = object.members?.get(name) ?? object.scope?.get(name) ?? object.known?.get(name);
  if (member) return member;
  if (name === '__dict__' && object.scope) return scopeAsDict(object.scope);
  const full = `${object.name}.${name}`;
  // Only what models use of the standard library is there; the rest exists but is not known.
  if (object.members) return { kind: 'namespace', name: full, members: null, scope: null };
  if (object.scope) return submodule(run, full);
  if (!run.isFrameworkPackage(full)) return { kind: 'namespace', name: full, members: null, scope: null };
  const value = frameworkValue(run, full);
  if (value?.kind === 'class' || value?.kind === 'framework' || value?.kind === 'namespace') {
    object.known ??= new Map();
    object.known.set(name, value);
  }
  return value;
}
