import type { Location } from '../network/distribution.js';
import { child, type SyntaxNode, type SyntaxTree } from '../source/syntax-tree.js';
import { Raised } from './budget.js';
import { isModuleClass } from './framework-names.js';
import type { Interpreter } from './interpreter.js';
import { type Maker, madeWithout, type ParseExpression } from './missing-arguments.js';
import { namedModules, namedParameters } from './modules.js';
import { classAttribute } from './python/classes.js';
import { evaluate } from './python/expressions.js';
import { parseSignature } from './signature.js';
import type { ClassValue, Instance, ParameterDefinition, Value } from './values.js';

/** A model to report: what to call it, where it is defined, and how to get it. */
export interface Entry {
  /** The call that makes it, without arguments. */
  readonly entry: string;
  /** Name for models without a class of their own (`net = nn.Sequential(...)`). */
  readonly name: string | null;
  readonly location: Location;
  /** Where the file itself made it. */
  readonly builtAt?: Location;
  /** Nothing in the file makes it: what would become of it there was not seen. */
  readonly isAlone?: true;
  /** It counts only where all of it is known. */
  readonly tentative?: true;
  readonly make: (run: Interpreter) => Made;
}

export interface Made {
  /** `null`: it is no model, or one that is told elsewhere. */
  readonly instance: Instance | null;
  readonly arguments: readonly EntryArgument[];
}

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
export const sameLayers = (a: Instance, b: Instance): boolean => fingerprint(a) === fingerprint(b);

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

export function nameLocation(run: Interpreter, node: SyntaxNode): Location {
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

/** Module classes of the file that nothing has instantiated yet, those that no other class mentions first. */
export function classEntries(run: Interpreter, parseExpression: ParseExpression): Entry[] {
  const classes = moduleClasses(run);
  const mentioned = new Map(
    classes.map((type) => [
      type,
      classes.filter((other) => other !== type && run.dependencies.mentions(other.node!, new RegExp(`\\b${type.name}\\b`)))
        .length,
    ]),
  );
  return classes
    .sort((a, b) => Math.sign(mentioned.get(a)!) - Math.sign(mentioned.get(b)!) || a.node!.start - b.node!.start)
    .map((type) => ({
      entry: type.name,
      name: null,
      location: nameLocation(run, type.node!),
      isAlone: true,
      make: (inner) => {
        if (inner.built.some((instance) => instance.class === type)) return nothing;
        try {
          return madeWithout(inner, makerOf(type), parseExpression);
        } catch (error) {
          // A class whose constructor asks its subclasses for a part is no model by itself, nor is one that lacks `forward`.
          if (error instanceof Raised && (error.typeName === 'NotImplementedError' || !classAttribute(type, 'forward')))
            return nothing;
          throw error;
        }
      },
    }));
}

export const nothing: Made = { instance: null, arguments: [] };

/** Module classes that the file defines. */
export const moduleClasses = (run: Interpreter): (ClassValue & { readonly node: SyntaxNode })[] => [
  ...new Set(
    [...run.file.scope.variables.values()].filter(
      (value): value is ClassValue & { readonly node: SyntaxNode } =>
        value.kind === 'class' && value.file === run.file && value.node !== null && isModuleClass(run, value),
    ),
  ),
];

const makerOf = (type: ClassValue & { readonly node: SyntaxNode }): Maker => ({
  name: type.name,
  value: type,
  node: type.node,
  file: type.file,
  parameters: parametersOf(type),
  modelOf: (result) => (result.kind === 'instance' && result.class === type ? result : null),
});

/** What the constructor takes: the class's own, or the one of the framework's class that it derives from. */
export function parametersOf(type: ClassValue): readonly ParameterDefinition[] {
  const init = classAttribute(type, '__init__');
  if (init?.kind === 'function') return init.parameters.slice(1);
  if (init || !type.row) return [];
  return parseSignature(type.row.signature)
    .filter((parameter) => parameter.kind === 'normal' && parameter.default === null)
    .map(({ name }) => ({ name, kind: 'normal', default: null, annotation: null }));
}
