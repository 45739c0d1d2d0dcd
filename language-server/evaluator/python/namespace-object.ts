import type { Interpreter } from '../interpreter.js';
import type { Call, ClassValue, Value } from '../values.js';

/** An object that only has attributes. */
export function namespaceObject(run: Interpreter, attributes: ReadonlyMap<string, Value>, node: Call['node']): Value {
  const type: ClassValue = {
    kind: 'class',
    name: 'SimpleNamespace',
    qualified: 'types.SimpleNamespace',
    bases: [],
    resolution: [],
    attributes: new Map(),
    node: null,
    file: null,
    row: null,
    unknownBase: null,
    flavour: 'plain',
  };
  return {
    kind: 'instance',
    class: type,
    attributes: new Map(attributes),
    module: null,
    location: run.location(node),
    nested: false,
  };
}
