import type { UncalledInitializer } from '../network/graph.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import { isModuleAttribute } from './attributes-of-modules.js';
import { moduleClasses } from './entries.js';
import type { Interpreter } from './interpreter.js';
import { namedParameters } from './modules.js';
import { classAttribute } from './python/classes.js';
import type { ClassValue, FunctionValue, Instance, Value } from './values.js';

/**
 * Initializers of the analysed file that nothing calls: methods of the model's classes, and functions beside them.
 *
 * A method counts as called where any code that may mean it mentions its name, comments and strings included. Classes with a base that is
 * not known are left out, since frameworks on top of frameworks call such hooks themselves.
 */
export function uncalledInitializers(
  run: Interpreter,
  modules: readonly { readonly path: string; readonly module: Instance }[],
): UncalledInitializer[] {
  const found = new Map<FunctionValue, UncalledInitializer>();
  for (const { path, module } of modules)
    for (const type of module.class.resolution) {
      if (type.file !== run.main || module.class.unknownBase) continue;
      for (const value of type.attributes.values()) {
        const method = functionOf(value);
        if (!method || found.has(method) || !initializes(run, method, run.called) || isMentioned(run, method, type)) continue;
        found.set(method, {
          ...described(run, method),
          path,
          owner: module.class === type ? type.name : null,
          takesModule: method.parameters.filter(({ default: usual }) => !usual).length > 1,
          complete: hasAttributes(module, method),
          parameters: namedParameters(module).map(({ value }) => value.parameter),
        });
      }
    }
  for (const value of run.main.scope.variables.values())
    if (
      value.kind === 'function' &&
      value.file === run.main &&
      initializes(run, value, run.called) &&
      !isMentioned(run, value, null)
    )
      found.set(value, { ...described(run, value), path: '', owner: null, takesModule: true, complete: true, parameters: [] });
  return [...found.values()];
}

/**
 * A sentence on the initializers of the file that did not run for a model: what makes models elsewhere, or a function that nothing here calls,
 * may apply them. Methods that are the class's own to call are left to those of `uncalledInitializers`.
 */
export function sentenceOnUnapplied(run: Interpreter, modules: readonly { readonly module: Instance }[]): string | null {
  const types = [...new Set(modules.map(({ module }) => module.class))].filter((type) => type.file === run.main);
  const methods = types.flatMap((type) =>
    type.resolution
      .flatMap((ancestor) => [...ancestor.attributes])
      .flatMap(([name, value]) => {
        const method = classAttribute(type, name) === value ? functionOf(value) : null;
        if (!method || !initializes(run, method, run.calledForModel)) return [];
        return !name.startsWith('_') || type.unknownBase || isMentioned(run, method, type) ? [method] : [];
      }),
  );
  const functions = [...run.main.scope.variables.values()].filter(
    (value) => value.kind === 'function' && value.file === run.main,
  ) as FunctionValue[];
  const strangers = moduleClasses(run).filter((type) => !types.some(({ resolution }) => resolution.includes(type)));
  const missed = functions.filter((one) => {
    const isMentionedBy = (others: readonly { readonly node: SyntaxNode }[]) =>
      others.some(({ node }) => node !== one.node && run.dependencies.mentions(node, new RegExp(`\\b${one.name}\\b`)));
    // What another class applies to its own instances is of no interest here; what a function applies may be.
    return initializes(run, one, run.calledForModel) && (isMentionedBy(functions) || !isMentionedBy(strangers));
  });
  const [first, ...others] = new Set([...missed, ...methods].map(({ name }) => `${name}()`));
  if (!first) return null;
  const last = others.pop();
  const all = last ? `${[first, ...others].join(', ')} and ${last}` : first;
  return `${all} of this file ${last ? 'are' : 'is'} not applied in what is shown.`;
}

function described(run: Interpreter, function_: FunctionValue): Pick<UncalledInitializer, 'name' | 'location' | 'text'> {
  const { node, name } = function_;
  const label = node.children.find((part) => part.field === 'name') ?? node;
  const { tree, id } = run.main;
  return { name, text: tree.textOf(node), location: { file: id, range: tree.lines.range(label.start, label.end) } };
}

/** Whether a module has the attributes that one of its methods asks of it. */
function hasAttributes(module: Instance, { node, file, parameters }: FunctionValue): boolean {
  const self = parameters[0]?.name;
  const asked = self ? file.tree.textOf(node).matchAll(new RegExp(`\\b${self}\\.(\\w+)`, 'g')) : [];
  const { children, parameters: tensors } = module.module!;
  return [...asked].every(
    ([, name = '']) =>
      module.attributes.has(name) ||
      children.has(name) ||
      tensors.has(name) ||
      classAttribute(module.class, name) !== undefined ||
      isModuleAttribute(module, name),
  );
}

function functionOf(value: Value): FunctionValue | null {
  if (value.kind === 'descriptor') return functionOf(value.function);
  return value.kind === 'function' ? value : null;
}

/** Named like an initializer, writing like one, and not among those that ran. */
function initializes(run: Interpreter, { name, node, file }: FunctionValue, called: ReadonlySet<SyntaxNode>): boolean {
  if (file !== run.main || called.has(node) || !names.test(name)) return false;
  const calls = file.tree.textOf(node).matchAll(/\b(\w+_)\(/g);
  return [...calls].some(([, writer]) => run.framework.initializers[`Tensor.${writer}`] || shortNames(run).has(writer!));
}

const names =
  /^_*(weights?_init|params?_init|(re)?init(iali[sz]e)?_?(weights?|params?|parameters?|modules?|layers?|fn)|reset_(weights|parameters))_*$/i;

const known = new WeakMap<object, ReadonlySet<string>>();

/** `kaiming_normal_` and the others, without their modules. */
function shortNames({ framework: { initializers } }: Interpreter): ReadonlySet<string> {
  const short = known.get(initializers) ?? new Set(Object.keys(initializers).map((name) => name.split('.').at(-1)!));
  known.set(initializers, short);
  return short;
}

/** Whether the file mentions a function by name, other than where it is defined and in unrelated classes that define one themselves. */
function isMentioned(run: Interpreter, { name, node }: FunctionValue, owner: ClassValue | null): boolean {
  const mention = new RegExp(`\\b${name}\\b`, 'g');
  const elsewhere = owner?.resolution.filter(
    (type) => type.node && type.file && type.file !== run.main && type.file !== run.library,
  );
  if (elsewhere?.some((type) => type.file!.tree.textOf(type.node!).search(mention) >= 0)) return true;
  const classes = [...run.main.scope.variables.values()].filter((value) => value.kind === 'class' && value.file === run.main);
  const strangers = (classes as ClassValue[]).filter(
    (type) =>
      owner && type.attributes.has(name) && !type.resolution.includes(owner) && !owner.resolution.includes(type) && type.node,
  );
  return run.dependencies.ask([node, ...strangers.map((type) => type.node!)], mentionedOutside(mention));
}

/** Whether a text mentions the name of a function outside of its own definition and of some others. Holds on to nothing else: it is kept. */
function mentionedOutside(mention: RegExp): (text: string, nodes: readonly SyntaxNode[]) => boolean {
  return (text, [own, ...others]) =>
    [...text.matchAll(mention)].some(({ index }) => {
      if (/\bdef\s+$/.test(text.slice(Math.max(0, index - 8), index))) return false;
      if (others.some(({ start, end }) => index >= start && index < end)) return false;
      // A function that calls itself is not called by that.
      return index < own!.start || index >= own!.end;
    });
}
