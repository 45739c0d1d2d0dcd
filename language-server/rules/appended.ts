import type { ConstructorEnd, Fix } from '../protocol.js';

/** Adds lines to the end of a constructor. */
export function appended({ position, lineEnd, indent }: ConstructorEnd, lines: readonly string[]): Fix['edits'][number] {
  return { range: { start: position, end: position }, newText: lines.map((line) => `${lineEnd}${indent}${line}`).join('') };
}
