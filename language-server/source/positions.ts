import type { Position, Range } from '../protocol.js';

/** Turns offsets in UTF-16 code units into lines and characters, with the line endings of the language server protocol: \n, \r\n and \r. */
export class LineIndex {
  private readonly starts: readonly number[];

  constructor(private readonly text: string) {
    const starts = [0];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
    }
    this.starts = starts;
  }

  get lineCount(): number {
    return this.starts.length;
  }

  position(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: clamped - this.starts[low]! };
  }

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) };
  }

  /** Offset of a position; one past the end of a line or of the text is clamped. */
  offset({ line, character }: Position): number {
    if (line >= this.starts.length) return this.text.length;
    const start = this.starts[Math.max(0, line)]!;
    const end = this.starts[line + 1] ?? this.text.length;
    return Math.max(start, Math.min(start + character, end));
  }

  /** Offset at which a line begins. */
  lineStart(line: number): number {
    return this.starts[line] ?? this.text.length;
  }
}
