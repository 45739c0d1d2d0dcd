import type { SyntaxNode } from '../../source/syntax-tree.js';
import { Raised } from '../budget.js';
import { callFrameworkFunction } from '../framework-calls.js';
import type { Interpreter } from '../interpreter.js';
import { build, callModule } from '../modules.js';
import type { Scope } from '../scope.js';
import { fillTables } from '../tables.js';
import { forgetParameter, opaque, tensorsIn } from '../tensors.js';
import { touch } from '../touch.js';
import {
  type BoundMethod,
  builtin,
  type Call,
  type ClassValue,
  type Instance,
  none,
  scopeAsDict,
  tuple,
  type Unknown,
  type Value,
} from '../values.js';
import { attribute } from './attributes.js';
import { classAttribute, fieldsOf } from './classes.js';
import { holdEntries, inheritedFromDict } from './dict-classes.js';
import { evaluate } from './expressions.js';
import { callFunction } from './functions.js';

/** Calls anything that can be called. What cannot, gives `unknown`, or an opaque node where tensors went in. */
export function callValue(run: Interpreter, function_: Value, call: Call, scope: Scope | null): Value {
  switch (function_.kind) {
    case 'function':
      return callFunction(run, function_, call);
    case 'bound':
      return callBound(run, function_, call, scope);
    case 'builtin':
      if (function_.name === 'super') return superOf(run, call, scope);
      if (function_.name === 'eval') return evaluateText(run, call, scope);
      if (function_.name === 'locals' && scope) return scopeAsDict(scope);
      return function_.call(call);
    case 'class':
      return instantiate(run, function_, call);
    case 'instance':
      return callInstance(run, function_, call);
    case 'framework':
      return callFrameworkFunction(run, function_, call);
    case 'descriptor':
      return callValue(run, function_.function, call, scope);
    case 'namespace': {
      const value = callForeign(run, absence(run, function_.name), call, function_.name);
      return value.kind === 'unknown' ? { ...value, result: function_.name } : value;
    }
    case 'unknown':
      // What becomes of a mask is a mask: `mask.view(1, 1, n, n)`, `mask.to(x.device)`.
      return function_.causal || (function_.answers && tensorsIn([...call.positional, ...call.keywords.values()]).length === 0)
        ? function_
        : outOf(function_, callForeign(run, function_.reason, call));
    case 'none':
      if (fillTables(run)) throw new Raised('TypeError', "'NoneType' object is not callable");
      return callForeign(run, 'None is called here.', call);
    default: {
      const name = run.open.nameOf(function_);
      return callForeign(
        run,
        name ? `'${name}' is not given in this file.` : `A value of type ${function_.kind} is called here.`,
        call,
      );
    }
  }
}

const outOf = ({ result, from = result }: Unknown, value: Value): Value =>
  value.kind === 'unknown' && from !== undefined ? { ...value, from } : value;

/** Why a name stands for nothing that can be called: what libraries around the framework hold is read like the user's own files. */
export function absence(run: Interpreter, name: string): string {
  return name.split('.', 1)[0] === run.framework.packages[0]
    ? `'${name}' has no description here, so what it does is not known.`
    : `'${name}' is not in the files that could be read.`;
}

function callBound(run: Interpreter, { self, function: inner }: BoundMethod, call: Call, scope: Scope | null): Value {
  return callValue(run, inner, { ...call, positional: [self, ...call.positional] }, scope);
}

/** A call that cannot be followed: signals that go in stop in an opaque node, and the rest of the model goes on. */
function callForeign(run: Interpreter, reason: string, call: Call, name = ''): Value {
  const given = [...call.positional, ...call.keywords.values()];
  const inputs = tensorsIn(given);
  // What a framework makes of tensors alone has no weights: `Categorical(logits=x)`.
  const weightless = run.isFrameworkPackage(name) && !given.some((value) => value.kind === 'parameter' && value.trainable);
  if (run.trace && inputs.length > 0)
    return opaque(run, reason, inputs, call.node, name.split('.').at(-1) || 'unknown', weightless ? { weightless } : {});
  if (!run.trace) touch([...call.positional, ...call.keywords.values()]);
  // A function that cannot be read may write into the tensors that it is given.
  for (const value of call.positional)
    if (value.kind === 'parameter' && value.trainable)
      forgetParameter(run, value, 'a call that could not be followed', reason, call.node);
  return { ...run.unknown(reason, call.node) };
}

export function callMethod(
  run: Interpreter,
  object: Value,
  name: string,
  positional: readonly Value[],
  node: SyntaxNode,
): Value | undefined {
  const method = attribute(run, object, name);
  return method ? callValue(run, method, { positional, keywords: new Map(), node }, null) : undefined;
}

/** `eval('nn.ReLU')` of a text that is known. */
function evaluateText(run: Interpreter, { positional: [text], node }: Call, scope: Scope | null): Value {
  const parsed = text?.kind === 'string' && scope ? run.parseExpression(text.value) : null;
  if (!parsed || !scope) return text?.kind === 'unknown' ? text : run.unknown('eval() of this is not followed.', node);
  return run.inFile(parsed.file, node, () => evaluate(run, parsed.node, scope, { yielded: null }));
}

function superOf(run: Interpreter, call: Call, scope: Scope | null): Value {
  let frame = scope;
  while (frame && !frame.callee?.owner.class) frame = frame.parent;
  const start = call.positional[0]?.kind === 'class' ? call.positional[0] : (frame?.callee?.owner.class ?? null);
  const self = call.positional[1] ?? frame?.variables.values().next().value;
  if (!start || !self) return run.unknown('What super() means here is not known.', call.node);
  const type: ClassValue = self.kind === 'instance' ? self.class : self.kind === 'class' ? self : start;
  return { kind: 'super', self, rest: type.resolution.slice(type.resolution.indexOf(start) + 1) };
}

function instantiate(run: Interpreter, type: ClassValue, call: Call): Value {
  run.budget.step();
  if (type.flavour === 'enum') return enumMember(run, type, call);
  const maker = classAttribute(type, '__new__');
  if (maker?.kind === 'descriptor' || maker?.kind === 'function') run.note(`'${type.name}.__new__' is not followed.`, call.node);
  if (type.flavour === 'namedtuple') return namedTuple(run, type, call);
  const instance = build(run, type, call);
  if (type.flavour === 'dict') holdEntries(instance);
  const own = classAttribute(type, '__init__');
  const init = own ?? inheritedFromDict(run, instance, '__init__');
  const initialize = () => {
    if (instance.module && type.unknownBase) run.note(type.unknownBase.reason, type.unknownBase.location);
    if (own) callValue(run, own, { ...call, positional: [instance, ...call.positional] }, null);
    else if (init?.kind === 'builtin') init.call(call);
  };
  // What a module builds is a part of it; what a trainer or an agent builds is a model.
  if (!instance.module) initialize();
  else if (run.constructing > 0) run.asPart(initialize);
  else run.building(instance, () => run.asPart(initialize));
  if (init) return instance;
  if (type.flavour === 'dataclass') fillFields(run, type, instance, call);
  else if (type.flavour === 'exception' || isException(type)) instance.attributes.set('args', tuple(call.positional));
  else if (type.unknownBase) for (const [name, value] of call.keywords) instance.attributes.set(name, value);
  return instance;
}

function isException(type: ClassValue): boolean {
  return type.resolution.some((ancestor) => ancestor.name.endsWith('Error') || ancestor.name.endsWith('Exception'));
}

function enumMember(run: Interpreter, type: ClassValue, call: Call): Value {
  const wanted = call.positional[0];
  for (const member of type.attributes.values()) {
    if (member.kind !== 'instance' || member.class !== type) continue;
    const own = member.attributes.get('value');
    if (own && wanted && own.kind === wanted.kind && 'value' in own && 'value' in wanted && own.value === wanted.value)
      return member;
  }
  return run.unknown(`This member of '${type.name}' is not known.`, call.node);
}

function bindFields(run: Interpreter, type: ClassValue, call: Call): Map<string, Value> {
  const values = new Map<string, Value>();
  fieldsOf(run, type).forEach((field, i) => {
    const given = call.positional[i] ?? call.keywords.get(field.name) ?? defaultOf(run, field.default, call.node);
    if (!given) throw new Raised('TypeError', `${type.name}() is missing the argument '${field.name}'.`);
    values.set(field.name, given);
  });
  return values;
}

/** `field(default_factory=…)` makes a new value for each instance. */
function defaultOf(run: Interpreter, value: Value | null, node: SyntaxNode): Value | null {
  if (value?.kind !== 'dict') return value;
  const factory = value.entries.get('s:\0default_factory');
  return factory ? callValue(run, factory.value, { positional: [], keywords: new Map(), node }, null) : value;
}

function fillFields(run: Interpreter, type: ClassValue, instance: Instance, call: Call): void {
  for (const [name, value] of bindFields(run, type, call)) instance.attributes.set(name, value);
  const after = classAttribute(type, '__post_init__');
  if (after) callValue(run, after, { positional: [instance], keywords: new Map(), node: call.node }, null);
}

/** `super().__init__(…)` where the base is a dataclass. */
export function dataclassConstructor(run: Interpreter, type: ClassValue, instance: Instance): Value {
  return builtin('__init__', (call) => {
    fillFields(run, type, instance, call);
    return none;
  });
}

function namedTuple(run: Interpreter, type: ClassValue, call: Call): Value {
  const values = bindFields(run, type, call);
  return { kind: 'tuple', items: [...values.values()], fields: [...values.keys()] };
}

function callInstance(run: Interpreter, instance: Instance, call: Call): Value {
  if (instance.module) return callModule(run, instance, call);
  const method = attribute(run, instance, '__call__');
  if (method) return callValue(run, method, call, null);
  return callForeign(run, `'${instance.class.name}' cannot be called.`, call);
}
