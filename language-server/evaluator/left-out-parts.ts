import type { Node, Parameter } from '../network/graph.js';
import type { Interpreter } from './interpreter.js';
import { namedParameters } from './modules.js';
import type { Trace } from './trace.js';
import type { FunctionValue, Instance } from './values.js';

/** The outermost parts with weights that a run of a model does not come to. */
export function partsLeftOut(root: Instance, trace: Trace): Instance[] {
  const used = new Set([...trace.nodes.flatMap(parametersOf), ...[...trace.origins.values()].flat()]);
  // A module may hold itself, or stand in several places.
  const isUsed = new Map<Instance, boolean>();
  const look = (module: Instance): boolean => {
    const known = isUsed.get(module);
    if (known !== undefined) return known;
    isUsed.set(module, false);
    const { path, parameters } = module.module!;
    const own =
      (path !== null && trace.entered.has(path)) ||
      [...parameters.values()].some((one) => one?.kind === 'parameter' && used.has(one.parameter));
    // All of them are looked at.
    const inside = partsOf(module).filter(look).length > 0;
    isUsed.set(module, own || inside);
    return own || inside;
  };
  look(root);
  const reached = new Set([root]);
  const found: Instance[] = [];
  // Sets are walked while they grow.
  for (const module of reached)
    for (const part of partsOf(module)) {
      if (reached.has(part) || found.includes(part)) continue;
      if (isUsed.get(part)) reached.add(part);
      // What is built while it runs has no place in the model.
      else if (part.module!.path !== null && namedParameters(part).length > 0) found.push(part);
    }
  return found;
}

/** What the report says of parts that a method does not come to, with another one that uses them. */
export function sentenceOnLeftOut(run: Interpreter, root: Instance, parts: readonly Instance[], runBy: string): string | null {
  if (parts.length === 0) return null;
  const named = parts.slice(0, manyParts).map((part) => {
    const path = part.module!.path!;
    const others = path.includes('.')
      ? []
      : methodsOf(root).filter(({ name }) => name !== '__init__' && !runBy.includes(`${name}()`));
    const user = others.find((method) => uses(run, method, part));
    return user ? `${path} (which ${user.name}() uses)` : path;
  });
  const all = parts.length > manyParts ? [...named, `${parts.length - manyParts} others`] : named;
  const last = all.pop();
  return `${runBy} does not come to ${all.length > 0 ? `${all.join(', ')} and ${last}` : last}.`;
}

const manyParts = 4;

const partsOf = ({ module }: Instance): Instance[] =>
  [...module!.children.values()].filter((part): part is Instance => part?.kind === 'instance' && part.module !== null);

const methodsOf = ({ class: { resolution } }: Instance): FunctionValue[] =>
  resolution.flatMap(({ attributes }) =>
    [...attributes.values()].filter((value) => value.kind === 'function' && value.node.type === 'function_definition'),
  ) as FunctionValue[];

/** Whether the text of a method mentions a part, or what the part is in. */
export function uses(run: Interpreter, { node, file }: FunctionValue, { module }: Instance): boolean {
  const mention = new RegExp(`\\bself\\.${module!.path!.split('.')[0]}\\b`);
  return file === run.main ? run.dependencies.mentions(node, mention) : mention.test(file.tree.textOf(node));
}

function parametersOf(node: Node): Parameter[] {
  const layer = 'layer' in node ? node.layer : undefined;
  const own = 'parameter' in node ? [node.parameter] : [];
  const scales = node.kind === 'normalization' ? [node.weight, node.bias] : [];
  return [...own, ...scales, ...(layer ? [layer.weight, layer.bias, ...layer.others] : [])].filter((one) => one !== null);
}
