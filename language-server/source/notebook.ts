import type { Position, Range } from '../protocol.js';
import { plainCell } from './magics.js';

/** A place in a notebook: the code cell (the first is 0), and the position in its text. */
export interface CellPosition {
  readonly cell: number;
  readonly position: Position;
}

/** The code cells of a notebook as one Python text in which each line of a cell is one line, and the way there and back. */
export class NotebookText {
  readonly text: string;
  private readonly cells: readonly { startLine: number; lines: readonly number[] }[];

  /** @param sources texts of the code cells, in order; line ends of every kind */
  constructor(sources: readonly string[]) {
    const parts: string[] = [];
    const cells: { startLine: number; lines: readonly number[] }[] = [];
    let line = 0;
    for (const source of sources) {
      const cell = source.replaceAll(/\r\n?/g, '\n');
      const { text, closing } = plainCell(cell);
      cells.push({ startLine: line, lines: cell.split('\n').map(({ length }) => length) });
      parts.push(text + closing);
      line += cells.at(-1)!.lines.length + (closing === '' ? 0 : 1);
    }
    this.text = parts.join('\n');
    this.cells = cells;
  }

  get cellCount(): number {
    return this.cells.length;
  }

  /** The cell of a position of the joined text; what lies beside the cells belongs to the end of the cell before. */
  inCell({ line, character }: Position): CellPosition {
    const cell = this.cellAt(line);
    const { startLine, lines } = this.cells[cell] ?? { startLine: 0, lines: [0] };
    const within = line - startLine;
    // What stands for a magic may be longer than the magic.
    if (within < lines.length) return { cell, position: { line: within, character: Math.min(character, lines[within]!) } };
    return { cell, position: { line: lines.length - 1, character: lines.at(-1)! } };
  }

  /** A range of the joined text in the cell where it starts; one that leaves that cell ends with it. */
  rangeInCell({ start, end }: Range): Required<Range> {
    const from = this.inCell(start);
    const to = this.inCell(end);
    const { startLine = 0, lines = [0] } = this.cells[from.cell] ?? {};
    const cellEnd = { line: startLine + lines.length - 1, character: lines.at(-1)! };
    return {
      cell: from.cell,
      start: from.position,
      end: to.cell === from.cell ? to.position : this.inCell(cellEnd).position,
    };
  }

  /** The position in the joined text; one past the end of a line or of the cell is clamped, as the protocol has it. */
  fromCell({ cell, position }: CellPosition): Position {
    const { startLine, lines } = this.cells[cell] ?? { startLine: 0, lines: [0] };
    if (position.line >= lines.length) return { line: startLine + lines.length - 1, character: lines.at(-1)! };
    const line = Math.max(0, position.line);
    return { line: startLine + line, character: Math.min(position.character, lines[line]!) };
  }

  rangeFromCell(cell: number, { start, end }: Range): Range {
    return { start: this.fromCell({ cell, position: start }), end: this.fromCell({ cell, position: end }) };
  }

  /** The last cell that starts at a line or before it. */
  private cellAt(line: number): number {
    let low = 0;
    let high = this.cells.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.cells[middle]!.startLine <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
