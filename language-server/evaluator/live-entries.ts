import { type DictValue, keyOf, string, type Value } from './values.js';

interface Entry {
  readonly key: Value;
  value: Value;
}

/** A dict that an object shows of itself, as `__dict__` and `_modules` do: what is written into it is written into the object. */
export function liveEntries(
  entries: Iterable<readonly [name: string, value: Value]>,
  write: (name: string, value: Value) => void,
  remove: (name: string) => void,
): DictValue {
  return { kind: 'dict', entries: new LiveMap(entries, write, remove) };
}

class LiveMap extends Map<string, Entry> {
  constructor(
    entries: Iterable<readonly [name: string, value: Value]>,
    private readonly write: (name: string, value: Value) => void,
    private readonly remove: (name: string) => void,
  ) {
    super();
    for (const [name, value] of entries) super.set(keyOf(string(name)), { key: string(name), value });
  }

  override set(key: string, entry: Entry): this {
    if (entry.key.kind === 'string') this.write(entry.key.value, entry.value);
    return super.set(key, entry);
  }

  override delete(key: string): boolean {
    const held = this.get(key);
    if (held?.key.kind === 'string') this.remove(held.key.value);
    return super.delete(key);
  }
}
