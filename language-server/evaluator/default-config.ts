import { isModuleClass } from './framework-names.js';
import type { Interpreter } from './interpreter.js';
import type { Maker } from './missing-arguments.js';
import { callValue } from './python/calls.js';
import { classAttribute, fieldsOf } from './python/classes.js';
import type { Scope } from './scope.js';
import type { ClassValue, ParameterDefinition, Value } from './values.js';

/** A configuration for an argument that nothing in the file gives, and how a reader finds it. */
export interface DefaultConfig {
  readonly value: Value;
  readonly text: string;
  readonly source: string;
}

/** Names of arguments that hold all settings of a model. */
export const configName =
  /^(model_?)?(config|configs|cfg|conf|configuration|args|hparams|hps|params|opt|opts|options|settings)$/i;
const configClass =
  /(Config|Configuration|Cfg|Conf|Args|Arguments|ModelArgs|HParams|Hparams|Hyperparameters|Params|Options|Settings)$/;

/**
 * The settings that a required argument stands for: an object of that name which the file made, or the class that the annotation names, or
 * the one configuration class of the file, with the defaults that it declares. `null`: there is none that is complete.
 */
export function defaultConfig(run: Interpreter, parameter: ParameterDefinition, owner: Maker): DefaultConfig | null {
  const file = owner.file;
  if (!file) return null;
  const annotation = parameter.annotation ? plainName(file.tree.textOf(parameter.annotation)) : null;
  const named = annotation === null ? undefined : lookUp(file.scope, annotation);
  if (named?.kind === 'class') return withDefaults(run, named, owner);
  if (!configName.test(parameter.name)) return null;
  const own = file.scope.variables.get(parameter.name);
  if (own?.kind === 'dict' || (own?.kind === 'instance' && !own.module))
    return { value: own, text: parameter.name, source: `not given: '${parameter.name}' of this file` };
  if (annotation !== null) return null;
  const type = onlyConfigClass(run, file.scope, owner);
  return type && withDefaults(run, type, owner);
}

/** `Optional['Config']` and `Config | None` name the class as well. */
function plainName(annotation: string): string | null {
  const text = annotation
    .replace(/["'\s]/g, '')
    .replace(/^(?:typing\.)?Optional\[(.*)\]$/, '$1')
    .replace(/\|None$/, '');
  return /^[A-Za-z_][\w.]*$/.test(text) ? text : null;
}

function lookUp(scope: Scope, dotted: string): Value | undefined {
  const [first, ...rest] = dotted.split('.');
  let value = scope.get(first!);
  for (const name of rest) value = value?.kind === 'namespace' ? (value.members?.get(name) ?? value.scope?.get(name)) : undefined;
  return value;
}

/** Of several classes the one that is named after the model: `GPTConfig` for `GPT`. */
function onlyConfigClass(run: Interpreter, scope: Scope, owner: Maker): ClassValue | null {
  const all = scope.names
    .filter((name) => configClass.test(name))
    .flatMap((name) => scope.get(name) ?? [])
    .filter((value): value is ClassValue => value.kind === 'class' && !isModuleClass(run, value));
  const classes = [...new Set(all)];
  if (classes.length === 1) return classes[0]!;
  return classes.find(({ name }) => name.replace(configClass, '') === owner.name) ?? null;
}

function withDefaults(run: Interpreter, type: ClassValue, owner: Maker): DefaultConfig | null {
  if (!type.node || type.unknownBase || !isPlain(type) || isModuleClass(run, type) || !isComplete(run, type)) return null;
  const value = callValue(run, type, { positional: [], keywords: new Map(), node: owner.node }, null);
  return { value, text: `${type.name}()`, source: `not given: the defaults of ${type.name}` };
}

const isPlain = ({ flavour }: ClassValue): boolean => flavour === 'plain' || flavour === 'dataclass' || flavour === 'namedtuple';

/** Every setting has a default. */
function isComplete(run: Interpreter, type: ClassValue): boolean {
  const init = classAttribute(type, '__init__');
  if (init?.kind === 'function')
    return init.parameters.slice(1).every(({ kind, default: value }) => value !== null || kind === 'rest' || kind === 'keywords');
  if (init !== undefined) return false;
  const settings = [...type.attributes.values()].filter(({ kind }) => kind !== 'function' && kind !== 'descriptor');
  const fields = fieldsOf(run, type);
  return settings.length + fields.length > 0 && fields.every((field) => field.default !== null);
}
