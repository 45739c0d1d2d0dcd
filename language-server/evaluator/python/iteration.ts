import type { Location } from '../../network/distribution.js';
import { add, numberOf } from '../../network/quantity.js';
import type { SyntaxNode } from '../../source/syntax-tree.js';
import { BudgetExceeded } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import { matrixPart } from '../matrix-parts.js';
import { touch } from '../touch.js';
import { asClause, type DictValue, int, type ParameterValue, string, type Unknown, unknown, type Value } from '../values.js';
import { attribute } from './attributes.js';
import { absence, callValue } from './calls.js';

/**
 * Items that a `for` loop would see. A count that is not known gives one round and a note, so that the loop's body is analysed.
 */
export function iterate(run: Interpreter, value: Value, node: SyntaxNode): readonly Value[] {
  switch (value.kind) {
    case 'list':
      return value.items.slice();
    case 'tuple':
      return value.items;
    case 'set':
      return [...value.entries.values()];
    case 'dict':
      if (isUnsaid(value)) return iterate(run, furtherArguments(`**${value.open}`, run.location(node)), node);
      return [...value.entries.values()].map((entry) => entry.key);
    case 'string':
      return [...value.value].map(string);
    case 'range':
      return iterateRange(run, value, node);
    case 'instance':
      return iterateInstance(run, value, node);
    case 'class':
      return value.flavour === 'enum'
        ? [...value.attributes.values()].filter((member) => member.kind === 'instance' && member.class === value)
        : [];
    case 'unknown':
      run.note(`It is not known what this runs over: ${asClause(value)} Its body is shown as if it ran once.`, node);
      return [value];
    case 'tensor':
      run.note('It is not known how many parts this tensor has: shown as if it had one.', node);
      return [value];
    case 'parameter':
      return rowsOf(run, value);
    case 'number':
      // A size that nobody gives, as `for width in hidden` of an argument of the constructor.
      return numberOf(value.value) === null
        ? iterate(run, unknown('An argument of the constructor is not given in this file.', run.location(node)), node)
        : [];
    case 'namespace':
      // A name of a file that could not be read: `from config import WIDTHS`.
      return iterate(run, unknown(absence(run, value.name), run.location(node)), node);
    default:
      return [];
  }
}

/** Rows share their numbers with the tensor: what a loop writes into them is written there. */
function rowsOf(run: Interpreter, value: ParameterValue): readonly Value[] {
  const count = numberOf(value.parameter.shape?.[0]);
  if (!run.trace && count !== null && count <= manyRows)
    return Array.from({ length: count }, (_, i) => matrixPart(value, int(i)));
  touch([value]);
  return [];
}

const manyRows = 256;

/** What whoever calls may give besides what is known. */
export const furtherArguments = (name: string, location: Location): Unknown => ({
  ...unknown(`${name} is not given in this file.`, location),
  rest: true,
});

/** `**settings` of which nothing is known. */
export const isUnsaid = ({ open, entries }: DictValue): boolean => open !== undefined && entries.size === 0;

/** `*value` in a call or a display: a shape that is not known stands for its entries, however many they are. */
export function spread(run: Interpreter, value: Value, node: SyntaxNode): readonly Value[] {
  if (value.kind === 'unknown' && value.rest) return [];
  return value.kind === 'unknown' && value.shape ? [value] : iterate(run, value, node);
}

function iterateRange(run: Interpreter, range: Extract<Value, { kind: 'range' }>, node: SyntaxNode): Value[] {
  const start = numberOf(range.start);
  const stop = numberOf(range.stop);
  if (start === null || stop === null) {
    run.note('It is not known how often this runs: shown as if it ran once.', node);
    return [int(range.start)];
  }
  const count = Math.max(0, Math.ceil((stop - start) / range.step));
  if (count > run.limits.rounds)
    throw new BudgetExceeded(`Analysis limited: a loop over ${count.toLocaleString('en-US')} items is not followed.`);
  return Array.from({ length: count }, (_, i) => int(add(start, i * range.step)));
}

function iterateInstance(run: Interpreter, value: Extract<Value, { kind: 'instance' }>, node: SyntaxNode): readonly Value[] {
  const method = attribute(run, value, '__iter__');
  if (method) return iterate(run, callValue(run, method, { positional: [], keywords: new Map(), node }, null), node);
  run.note(`It is not known what '${value.class.name}' yields here: shown as if nothing.`, node);
  return [];
}
