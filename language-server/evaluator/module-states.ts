import { namedModules } from './modules.js';
import type { Instance, Value } from './values.js';

/**
 * What a `forward` keeps in its modules, as a mask that it makes once, `self.mask = …`, belongs to that run: another one finds what the constructor
 * left.
 *
 * @returns what brings it back
 */
export function keptStates(model: Instance): () => void {
  const states = namedModules(model).map(({ module }) => [module, new Map(module.attributes)] as const);
  return () => {
    for (const [{ attributes }, before] of states) if (!areSame(attributes, before)) refill(attributes, before);
  };
}

function areSame(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}

function refill(attributes: Map<string, Value>, before: ReadonlyMap<string, Value>): void {
  attributes.clear();
  for (const [name, value] of before) attributes.set(name, value);
}
