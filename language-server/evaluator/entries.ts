import type { Location } from '../network/distribution.js';
import { symbol } from '../network/quantity.js';
import { child, type SyntaxNode, type SyntaxTree } from '../source/syntax-tree.js';
import { Raised } from './budget.js';
import { type DefaultConfig, defaultConfig } from './default-config.js';
import { exampleCall } from './example-calls.js';
import { isModuleClass } from './framework-names.js';
import type { Interpreter } from './interpreter.js';
import { namedModules, namedParameters } from './modules.js';
import { callValue } from './python/calls.js';
import { classAttribute } from './python/classes.js';
import { evaluate } from './python/expressions.js';
import { formatValue } from './python/format.js';
import { parseSignature } from './signature.js';
import {
  type ClassValue,
  type FunctionValue,
  type Instance,
  int,
  none,
  type ParameterDefinition,
  string,
  type Value,
} from './values.js';

/** A model to report: what to call it, where it is defined, and how to get it. */
export interface Entry {
  /** The call that makes it, without arguments. */
  readonly entry: string;
  /** Name for models without a class of their own (`net = nn.Sequential(...)`). */
  readonly name: string | null;
  readonly location: Location;
  /** Where the file itself made it. */
  readonly builtAt?: Location;
  readonly make: (run: Interpreter) => { instance: Instance | null; arguments: EntryArgument[] };
}

type ParseExpression = (text: string) => { file: Interpreter['file']; node: SyntaxNode } | null;

export interface EntryArgument {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** Models that the file itself builds at module level or under `if __name__ == '__main__'`. */
export function builtEntries(run: Interpreter): Entry[] {
  const children = new Set<Value>();
  for (const { module } of run.built)
    for (const part of module?.children.values() ?? []) {
      children.add(part);
      // What is built to be copied, as the layer of an encoder is, is a part as much as its copies are.
      if (part.kind === 'instance' && part.module?.copyOf) children.add(part.module.copyOf);
    }
  const seen = new Set<string>();
  return run.built.flatMap((instance): Entry[] => {
    if (children.has(instance) || instance.nested || !hasLayers(instance)) return [];
    const variable = [...run.file.scope.variables].find(([, value]) => value === instance)?.[0] ?? null;
    const isUsers = instance.class.node !== null && instance.class.file === run.file;
    const name = isUsers ? instance.class.name : (variable ?? instance.class.name);
    const key = `${name} ${fingerprint(instance)}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const location = isUsers
      ? nameLocation(run, instance.class.node!)
      : ((variable ? assignmentOf(run, variable) : null) ?? instance.location);
    const builtAt = instance.location;
    return [{ entry: isUsers ? instance.class.name : name, name, location, builtAt, make: () => ({ instance, arguments: [] }) }];
  });
}

function hasLayers(instance: Instance): boolean {
  return namedModules(instance).some(({ module: { module } }) => module && (module.layer || module.parameters.size > 0));
}

/** Two instantiations with the same layers are one model to a reader. */
function fingerprint(instance: Instance): string {
  return [
    ...namedModules(instance).map(({ path, module }) => `${path}:${JSON.stringify(module.module?.layer?.weight?.shape ?? null)}`),
    ...namedParameters(instance).map(({ path, value }) => `${path}:${JSON.stringify(value.parameter.shape)}`),
  ].join(' ');
}

function assignmentOf(run: Interpreter, name: string): Location | null {
  const { tree } = run.file;
  for (const statement of tree.root.children) {
    const left = statement.children[0]?.type === 'assignment' ? child(statement.children[0], 'left') : null;
    if (left && tree.textOf(left) === name) return run.location(left);
  }
  return null;
}

function nameLocation(run: Interpreter, node: SyntaxNode): Location {
  return run.location(child(node, 'name') ?? node);
}

/** `# meanfield: Net(hidden=256)`: instantiations that the author asks for. */
export function hintEntries(run: Interpreter, parseExpression: ParseExpression): Entry[] {
  const { tree } = run.file;
  return hintComments(tree).flatMap((comment): Entry[] => {
    const match = hint.exec(tree.textOf(comment));
    if (!match) return [];
    const parsed = parseExpression(match[1]!);
    if (!parsed) return [];
    const entry = match[1]!.split('(', 1)[0]!.trim();
    const type = run.file.scope.variables.get(entry);
    const location =
      type?.kind === 'class' && type.node && type.file === run.file ? nameLocation(run, type.node) : run.location(comment);
    return [
      {
        entry,
        name: null,
        location,
        make: (inner) => {
          const value = inner.inFile(parsed.file, comment, () =>
            evaluate(inner, parsed.node, parsed.file.scope, { yielded: null }),
          );
          return {
            instance: value.kind === 'instance' ? value : null,
            arguments: [{ name: 'call', value: match[1]!, source: 'hint comment' }],
          };
        },
      },
    ];
  });
}

export function hintComments(tree: SyntaxTree): SyntaxNode[] {
  return tree.comments.filter((comment) => hint.test(tree.textOf(comment)));
}

const hint = /^#\s*meanfield:\s*(?!ignore\b|input\b)([A-Za-z_][\w.]*\s*\(.*\))\s*$/;

/** Functions of the file that can be called without arguments and may return a model: `resnet18`. */
export function factoryEntries(run: Interpreter): Entry[] {
  const names = [...run.file.scope.variables]
    .filter(([, value]) => value.kind === 'class' && isModuleClass(run, value))
    .map(([name]) => name);
  const mentionsModel = new RegExp(
    `\\b(${['nn', ...names, ...[...run.file.scope.variables.keys()].filter((name) => name.startsWith('_') && /^\w+$/.test(name))].join('|')})\\b`,
  );
  return [...run.file.scope.variables].flatMap(([name, value]): Entry[] => {
    const function_ = underlying(value);
    if (!function_ || name.startsWith('_') || function_.file !== run.file || function_.node.type !== 'function_definition')
      return [];
    if (!mentions(run, function_.node, /\breturn\b/) || !mentions(run, function_.node, mentionsModel)) return [];
    if (
      function_.parameters.some((parameter) => !parameter.default && parameter.kind !== 'rest' && parameter.kind !== 'keywords')
    )
      return [];
    return [
      {
        entry: name,
        name: null,
        location: nameLocation(run, function_.node),
        make: (inner) => {
          const built = inner.built.length;
          try {
            const result = callValue(inner, value, { positional: [], keywords: new Map(), node: function_.node }, null);
            return { instance: modelOf(inner, result), arguments: describe(function_.parameters, new Map()) };
          } catch (error) {
            // A function that stops before it builds anything is no factory.
            if (error instanceof Raised && inner.built.length === built) return { instance: null, arguments: [] };
            throw error;
          }
        },
      },
    ];
  });
}

/** Whether the text of a definition has a part like this. */
function mentions(run: Interpreter, definition: SyntaxNode, pattern: RegExp): boolean {
  return run.dependencies.ask([definition], (text, [node]) => pattern.test(text.slice(node!.start, node!.end)));
}

/** The function behind decorators that were followed. */
function underlying(value: Value): FunctionValue | null {
  if (value.kind === 'function') {
    const wrapped = value.attributes.get('__wrapped__');
    return wrapped ? underlying(wrapped) : value;
  }
  return value.kind === 'bound' ? underlying(value.function) : null;
}

/** A returned model, alone or first in a tuple; a single layer is a helper's result and no model. */
function modelOf(run: Interpreter, value: Value): Instance | null {
  if (value.kind === 'tuple') return value.items[0] ? modelOf(run, value.items[0]) : null;
  if (value.kind !== 'instance' || !value.module) return null;
  const layers = namedModules(value).filter(({ module }) => module.module?.layer || module.module?.parameters.size).length;
  return value.class.row || layers === 0 || (layers < 2 && value.class.file === run.library) ? null : value;
}

/** Module classes of the file that nothing has instantiated yet, those that no other class mentions first. */
export function classEntries(run: Interpreter, parseExpression: ParseExpression): Entry[] {
  const classes = [...new Set(run.file.scope.variables.values())].filter(
    (value): value is ClassValue =>
      value.kind === 'class' && value.file === run.file && value.node !== null && isModuleClass(run, value),
  );
  const mentioned = new Map(
    classes.map((type) => [
      type,
      classes.filter((other) => other !== type && mentions(run, other.node!, new RegExp(`\\b${type.name}\\b`))).length,
    ]),
  );
  return classes
    .sort((a, b) => Math.sign(mentioned.get(a)!) - Math.sign(mentioned.get(b)!) || a.node!.start - b.node!.start)
    .map((type) => ({
      entry: type.name,
      name: null,
      location: nameLocation(run, type.node!),
      make: (inner) => {
        if (inner.built.some((instance) => instance.class === type)) return { instance: null, arguments: [] };
        const parameters = parametersOf(type);
        try {
          return (
            configured(inner, type, parameters) ??
            shown(inner, type, parameters, parseExpression) ??
            constructed(inner, type, parameters, new Map())
          );
        } catch (error) {
          // A class whose constructor asks its subclasses for a part is no model by itself, nor is one that lacks `forward`.
          if (error instanceof Raised && (error.typeName === 'NotImplementedError' || !classAttribute(type, 'forward')))
            return { instance: null, arguments: [] };
          throw error;
        }
      },
    }));
}

/** What the constructor takes: the class's own, or the one of the framework's class that it derives from. */
function parametersOf(type: ClassValue): readonly ParameterDefinition[] {
  const init = classAttribute(type, '__init__');
  if (init?.kind === 'function') return init.parameters.slice(1);
  if (init || !type.row) return [];
  return parseSignature(type.row.signature)
    .filter((parameter) => parameter.kind === 'normal' && parameter.default === null)
    .map(({ name }) => ({ name, kind: 'normal', default: null, annotation: null }));
}

type Made = ReturnType<Entry['make']>;

/** The model with the settings that the file or a configuration class has for it; `null`: there are none, or they do not fit. */
function configured(run: Interpreter, type: ClassValue, parameters: readonly ParameterDefinition[]): Made | null {
  const before = run.built.length;
  try {
    const found = parameters.flatMap((parameter) => {
      const config = isRequired(parameter) ? defaultConfig(run, parameter, type) : null;
      return config ? [[parameter.name, config] as const] : [];
    });
    return found.length > 0 ? constructed(run, type, parameters, new Map(found)) : null;
  } catch (error) {
    if (!(error instanceof Raised) || error.typeName === 'NotImplementedError') throw error;
    run.built.length = before;
    run.takeNotes();
    return null;
  }
}

/** The model with the arguments that a function of the file gives it; `null`: none does, or they do not fit. */
function shown(
  run: Interpreter,
  type: ClassValue,
  parameters: readonly ParameterDefinition[],
  parseExpression: ParseExpression,
): Made | null {
  const text = parameters.some(isRequired) ? exampleCall(run, type) : null;
  const parsed = text === null ? null : parseExpression(text);
  if (text === null || !parsed) return null;
  const before = run.built.length;
  try {
    const value = run.inFile(parsed.file, type.node, () => evaluate(run, parsed.node, parsed.file.scope, { yielded: null }));
    if (value.kind === 'instance' && value.class === type)
      return { instance: value, arguments: [{ name: 'call', value: text, source: 'as the file calls it' }] };
  } catch (error) {
    if (!(error instanceof Raised) || error.typeName === 'NotImplementedError') throw error;
  }
  run.built.length = before;
  run.takeNotes();
  return null;
}

function constructed(
  run: Interpreter,
  type: ClassValue,
  parameters: readonly ParameterDefinition[],
  configs: ReadonlyMap<string, DefaultConfig>,
): Made {
  const keywords = new Map<string, Value>();
  const positional: Value[] = [];
  for (const parameter of parameters.filter(isRequired)) {
    const value = configs.get(parameter.name)?.value ?? symbolic(run, parameter, type);
    if (parameter.kind === 'positional-only') positional.push(value);
    else keywords.set(parameter.name, value);
  }
  const value = callValue(run, type, { positional, keywords, node: type.node! }, null);
  return { instance: value.kind === 'instance' ? value : null, arguments: describe(parameters, keywords, configs) };
}

const isRequired = ({ default: value, kind }: ParameterDefinition): boolean => !value && kind !== 'rest' && kind !== 'keywords';

/** A value for a required argument that nothing in the file gives: a symbol of its name where it can be a size. */
function symbolic(run: Interpreter, parameter: ParameterDefinition, type: ClassValue): Value {
  const annotation = parameter.annotation && type.file ? type.file.tree.textOf(parameter.annotation).replace(/\s/g, '') : '';
  if (annotation === '' || /^(int|float|Union\[int|Optional\[int|int\||Number)/.test(annotation))
    return int(symbol(parameter.name));
  if (annotation === 'bool') return run.unknown(`The argument '${parameter.name}' is not given in this file.`, type.node);
  if (annotation === 'str') return string(parameter.name);
  return run.unknown(`The argument '${parameter.name}' is not given in this file.`, type.node);
}

function describe(
  parameters: readonly ParameterDefinition[],
  given: ReadonlyMap<string, Value>,
  configs: ReadonlyMap<string, DefaultConfig> = new Map(),
): EntryArgument[] {
  return parameters.flatMap((parameter) => {
    if (parameter.kind === 'rest' || parameter.kind === 'keywords') return [];
    const config = configs.get(parameter.name);
    if (config) return [{ name: parameter.name, value: config.text, source: config.source }];
    const value = given.get(parameter.name) ?? parameter.default ?? none;
    return [
      {
        name: parameter.name,
        value: formatValue(value) ?? (value.kind === 'class' ? value.name : value.kind === 'unknown' ? '?' : value.kind),
        source: given.has(parameter.name) ? 'not given: kept as a symbol' : 'default',
      },
    ];
  });
}
