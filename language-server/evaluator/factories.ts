import type { SyntaxNode } from '../source/syntax-tree.js';
import { Raised } from './budget.js';
import { type Entry, moduleClasses, nameLocation, nothing, parametersOf, sameLayers } from './entries.js';
import { isModuleClass } from './framework-names.js';
import type { Interpreter } from './interpreter.js';
import { describe, isRequired, type Maker, madeWithout, type ParseExpression } from './missing-arguments.js';
import { namedModules } from './modules.js';
import { callValue } from './python/calls.js';
import type { ClassValue, FunctionValue, Instance, Value } from './values.js';

/** Functions of the file that can be called without arguments and may return a model: `resnet18`. */
export function factoryEntries(run: Interpreter): Entry[] {
  return factories(run)
    .filter(({ parameters }) => !parameters.some(isRequired))
    .map(({ name, value, node, parameters, modelOf }) => ({
      entry: name,
      name: null,
      location: nameLocation(run, node),
      make: (inner) => {
        const built = inner.built.length;
        try {
          const result = callValue(inner, value, { positional: [], keywords: new Map(), node }, null);
          return { instance: modelOf(result), arguments: describe(inner, parameters) };
        } catch (error) {
          // A function that stops before it builds anything is no factory.
          if (error instanceof Raised && inner.built.length === built) return { instance: null, arguments: [] };
          throw error;
        }
      },
    }));
}

/**
 * Functions that want arguments, as `define_G(input_nc, output_nc, netG)`. They stand for the classes of their models where all of these is known
 * and nothing else built them; helpers that other code calls, and makers of parts, do not.
 */
export function openFactoryEntries(run: Interpreter, parseExpression: ParseExpression): Entry[] {
  const classes = moduleClasses(run);
  const isMentionedIn = ({ node }: { readonly node: SyntaxNode }, name: string) =>
    run.dependencies.mentions(node, new RegExp(`\\b${name}\\b`));
  const all = factories(run);
  const open = all.filter(
    (one) =>
      one.parameters.some(isRequired) &&
      classes.some((type) => isMentionedIn(one, type.name)) &&
      !classes.some((type) => isMentionedIn(type, one.name)),
  );
  const isHelper = (one: Maker) => all.some((other) => other.node !== one.node && isMentionedIn(other, one.name));
  const isPart = (one: ClassValue) => classes.some((type) => !type.resolution.includes(one) && isMentionedIn(type, one.name));
  /** How many modules there were before all of these. */
  let start: number | undefined;
  return [...open.filter((one) => !isHelper(one)), ...open.filter(isHelper)].map((maker) => {
    let isTold: boolean | undefined;
    return {
      entry: maker.name,
      name: null,
      location: nameLocation(run, maker.node),
      tentative: true,
      make: (inner) => {
        start ??= inner.built.length;
        // Before it runs itself.
        isTold ??= inner.called.has(maker.node);
        const before = [...inner.built];
        const made = isTold ? null : madeWithout(inner, maker, parseExpression);
        const instance = made?.instance;
        if (!instance || !classes.some((type) => type === instance.class) || isPart(instance.class)) return nothing;
        const alike = before.filter((one, i) => one.class === instance.class && (i < start! || sameLayers(one, instance)));
        if (alike.length > 0) return nothing;
        proposeDefaults(inner, maker, instance.class);
        return made;
      },
    };
  });
}

/** What a function wants to be told, the class of its model may have a default for. */
function proposeDefaults(run: Interpreter, { parameters }: Maker, type: ClassValue): void {
  const defaults = new Map(parametersOf(type).map((one) => [one.name, one.default]));
  for (const { name } of parameters.filter(isRequired)) {
    const usual = defaults.get(name);
    if (usual?.kind === 'number' || usual?.kind === 'string' || usual?.kind === 'bool') run.open.propose(name, usual, type.name);
  }
}

/** Functions of the file that may return a model. */
function factories(run: Interpreter): Maker[] {
  const { variables } = run.file.scope;
  const classes = [...variables].filter(([, value]) => value.kind === 'class' && isModuleClass(run, value));
  const helpers = [...variables.keys()].filter((name) => name.startsWith('_') && /^\w+$/.test(name));
  const mentionsModel = new RegExp(`\\b(${['nn', ...classes.map(([name]) => name), ...helpers].join('|')})\\b`);
  return [...variables].flatMap(([name, value]) => {
    const function_ = underlying(value);
    if (!function_ || name.startsWith('_') || function_.file !== run.file || function_.node.type !== 'function_definition')
      return [];
    const { node, file, parameters } = function_;
    if (!run.dependencies.mentions(node, /\breturn\b/) || !run.dependencies.mentions(node, mentionsModel)) return [];
    return [{ name, value, node, file, parameters, modelOf: (result: Value) => modelOf(run, result) }];
  });
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
