import type { Interpreter } from '../interpreter.js';
import { type Call, nativeClass, type Value } from '../values.js';

/** An object that only has attributes. */
export function namespaceObject(run: Interpreter, attributes: ReadonlyMap<string, Value>, node: Call['node']): Value {
  return {
    kind: 'instance',
    class: nativeClass('SimpleNamespace', { qualified: 'types.SimpleNamespace' }),
    attributes: new Map(attributes),
    module: null,
    location: run.location(node),
    nested: false,
  };
}
