import { numberOf } from '../../network/quantity.js';
import type { Interpreter } from '../interpreter.js';
import type { Value } from '../values.js';
import { attribute } from './attributes.js';
import { callValue } from './calls.js';
import { entriesOf } from './dict-classes.js';

/** `bool(value)`; `undefined` where it is not known. */
export function truth(run: Interpreter, value: Value): boolean | undefined {
  switch (value.kind) {
    case 'none':
      return false;
    case 'bool':
      return value.value;
    case 'number': {
      const number = numberOf(value.value);
      if (number !== null) return number !== 0;
      // A symbolic size is a width or a count that someone wants to have.
      run.open.hold(value);
      return true;
    }
    case 'string':
      return value.value !== '';
    case 'list':
      // Python asks an array for the truth of its only entry.
      if (value.array) return value.items.length === 1 ? truth(run, value.items[0]!) : undefined;
      return value.items.length > 0;
    case 'tuple':
      return value.items.length > 0;
    case 'dict':
    case 'set':
      return value.entries.size > 0;
    case 'range':
      return numberOf(value.start) === null || numberOf(value.stop) === null
        ? undefined
        : numberOf(value.stop)! > numberOf(value.start)!;
    case 'unknown':
    case 'tensor':
    case 'parameter':
      return undefined;
    case 'instance': {
      const entries = entriesOf(value);
      if (entries) return entries.entries.size > 0;
      const length = value.class.resolution.some((type) => type.attributes.has('__len__'))
        ? attribute(run, value, '__len__')
        : undefined;
      if (!length) return true;
      const result = callValue(
        run,
        length,
        { positional: [], keywords: new Map(), node: run.current ?? run.file.tree.root },
        null,
      );
      return result.kind === 'number' ? numberOf(result.value) !== 0 : true;
    }
    case 'namespace':
      return value.members === null && value.scope === null ? undefined : true;
    default:
      return true;
  }
}
