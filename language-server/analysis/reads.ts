import type { ModuleReader } from '../evaluator/files.js';
import type { SyntaxTree } from '../source/syntax-tree.js';
import { placeOf } from './places.js';

type Found = { readonly id: string; readonly tree: SyntaxTree } | null;

/** What one analysis asked of other files, and what it was told. */
export class Reads implements ModuleReader {
  private readonly found = new Map<string, { name: string; from: string; answer: Found }>();
  private readonly names = new Map<string, { name: string; from: string; answer: string | null }>();

  constructor(private readonly reader: ModuleReader) {}

  read(name: string, from: string): Found {
    const answer = this.reader.read(name, from);
    this.found.set(`${from}\n${name}`, { name, from, answer });
    return answer;
  }

  fullName(name: string, from: string): string | null {
    const answer = this.reader.fullName(name, from);
    this.names.set(`${from}\n${name}`, { name, from, answer });
    return answer;
  }

  /** Whether the text of a file was read. */
  includes(place: string): boolean {
    for (const { answer } of this.found.values()) if (answer && placeOf(answer.id) === place) return true;
    return false;
  }

  /** Whether all would be told the same now, so that another analysis would see what this one saw. */
  hold(): boolean {
    for (const { name, from, answer } of this.found.values()) {
      const now = this.reader.read(name, from);
      if (now?.id !== answer?.id || now?.tree.text !== answer?.tree.text) return false;
    }
    for (const { name, from, answer } of this.names.values()) if (this.reader.fullName(name, from) !== answer) return false;
    return true;
  }
}
