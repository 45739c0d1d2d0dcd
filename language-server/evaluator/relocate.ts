import type { Position, Range } from '../protocol.js';

/** A place of the file that has no place in its new text. */
class Lost extends Error {}

/**
 * Turns the places of the analysed file, in what an earlier evaluation made, into those of its new text. What holds a place that moved is
 * copied, all else stays what it is; what was one object is one object afterwards, also over several calls. Ranges without the name of a
 * file are of the analysed one.
 */
export class Relocation {
  /** By object: what became of it; `pending` while that is being found out. */
  private readonly results = new Map<object, unknown>();

  constructor(
    private readonly file: string,
    private readonly relocate: (range: Range) => Range | null,
  ) {}

  /** `null` where a place is gone. */
  apply<T extends object>(value: T): T | null {
    try {
      return this.moved(value) as T;
    } catch (error) {
      if (error instanceof Lost) return null;
      throw error;
    }
  }

  private moved(value: object): unknown {
    const known = this.results.get(value);
    // What holds itself cannot be copied from its parts upwards.
    if (known === pending) throw new Lost();
    if (known !== undefined) return known;
    this.results.set(value, pending);
    const result = this.made(value);
    this.results.set(value, result);
    return result;
  }

  private made(value: object): unknown {
    if (Array.isArray(value)) return this.items(value) ?? value;
    if (value instanceof Map) {
      const entries = this.items([...value].flat());
      return entries ? new Map(pairs(entries)) : value;
    }
    if (value instanceof Set) {
      const items = this.items([...value]);
      return items ? new Set(items) : value;
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    if (isRange(value)) return this.place(value);
    if ('file' in value && 'range' in value && value.file !== this.file) return value;
    const parts = value as Record<string, unknown>;
    let copy: Record<string, unknown> | null = null;
    for (const key in parts) {
      const now = this.part(parts[key]);
      if (now === parts[key]) continue;
      copy ??= { ...parts };
      copy[key] = now;
    }
    return copy ?? value;
  }

  /** `null` where all stay what they are. */
  private items(items: readonly unknown[]): unknown[] | null {
    let copy: unknown[] | null = null;
    for (let i = 0; i < items.length; i++) {
      const now = this.part(items[i]);
      if (now === items[i]) continue;
      copy ??= [...items];
      copy[i] = now;
    }
    return copy;
  }

  private part(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    // Sizes of tensors, which are many.
    if (Array.isArray(value) && value.every(isNumber)) return value;
    return this.moved(value);
  }

  private place(range: Range): Range {
    const place = this.relocate(range);
    if (!place) throw new Lost();
    return samePosition(range.start, place.start) && samePosition(range.end, place.end) ? range : place;
  }
}

const pending = Symbol('pending');

const isNumber = (value: unknown): boolean => typeof value === 'number';

function pairs(flat: readonly unknown[]): [unknown, unknown][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

function samePosition(a: Position, b: Position): boolean {
  return a.line === b.line && a.character === b.character;
}

function isRange(value: object): value is Range {
  return 'start' in value && 'end' in value && isPosition(value.start) && isPosition(value.end);
}

function isPosition(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'line' in value && 'character' in value;
}
