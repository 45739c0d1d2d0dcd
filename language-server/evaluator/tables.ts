import { memberPath } from '../source/module-paths.js';
import type { Interpreter } from './interpreter.js';
import { type DictValue, keyOf, type Value } from './values.js';

/**
 * A table of another file, as registries of models are, is filled by the files that a program imports beside it: what waits to be read is read
 * for a key that is not there yet.
 */
export function entryOf(run: Interpreter, table: DictValue, key: Value): Value | undefined {
  const present = table.entries.get(keyOf(key));
  if (present || !noteMissing(run, table, key)) return present?.value;
  return fillTables(run) ? table.entries.get(keyOf(key))?.value : undefined;
}

/** Remembers a key that is not in a table, if another file may add it; `false`: none would. */
export function noteMissing(run: Interpreter, table: DictValue, key: Value): boolean {
  if (key.kind !== 'string' || run.isImporting || !isOfOtherFile(run, table)) return false;
  run.missedKeys.add(key.value);
  return true;
}

/** Runs the files that wait to be imported and speak of a key that was missed, and the packages on the way to them. Tells whether there were any. */
export function fillTables(run: Interpreter): boolean {
  if (run.missedKeys.size === 0 || run.fruitlessSearches >= mostFruitless) return false;
  const words = [...run.missedKeys].map((key) => key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const mention = new RegExp(`(?<!\\w)(${words.join('|')})(?!\\w)`, 'i');
  run.missedKeys.clear();
  let found = false;
  // The list grows while it is walked.
  for (let i = 0; i < run.imports.begun.length; i++) {
    const { scope } = run.imports.begun[i]!;
    for (const [alias, { module, name, file }] of scope.waiting) {
      const paths = name === undefined ? [module] : [module, memberPath(module, name)];
      const isWanted = paths.some((path) => {
        const ahead = run.imports.ahead(path, file);
        return ahead !== null && (ahead.isPackage || mention.test(ahead.text));
      });
      if (!isWanted) continue;
      scope.get(alias);
      found = true;
    }
  }
  if (found) run.tablesFilled++;
  else run.fruitlessSearches++;
  return found;
}

/** A program that looks for what is not there does so again and again. */
const mostFruitless = 3;

/** It stands in a name of a file that was imported, or in an attribute of what stands there. */
function isOfOtherFile({ imports, main }: Interpreter, table: DictValue): boolean {
  const { begun } = imports;
  const known = owned.get(table);
  if (known?.among === begun.length) return known.answer;
  const answer = begun.some((file) => {
    if (file === main) return false;
    for (const value of file.scope.variables.values()) {
      if (value === table) return true;
      if (value.kind !== 'instance' && value.kind !== 'class') continue;
      for (const attribute of value.attributes.values()) if (attribute === table) return true;
    }
    return false;
  });
  owned.set(table, { among: begun.length, answer });
  return answer;
}

/** Programs ask one table again and again: what it was found to be holds until there are more files. */
const owned = new WeakMap<DictValue, { readonly among: number; readonly answer: boolean }>();
