import { printable, truncate } from './text-width.js';

/** A line on the terminal that says how far the analysis is, and vanishes when it is over. */
export interface Progress {
  at(done: number, total: number, file: string): void;
  clear(): void;
}

/** Where progress is shown; a terminal knows its width. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Shows nothing unless a person watches the stream, and nothing for work that is over before a line could be read. */
export function createProgress(stream: ProgressStream, now: () => number = () => performance.now()): Progress {
  if (!stream.isTTY) return { at() {}, clear() {} };
  const start = now();
  let last = start;
  let visible = false;
  return {
    at(done, total, file) {
      if (now() - start < quietMs || now() - last < intervalMs) return;
      last = now();
      visible = true;
      stream.write(`\r\u001b[2K${truncate(printable(`${done}/${total} ${file}`), (stream.columns || 80) - 1)}`);
    },
    clear() {
      if (visible) stream.write('\r\u001b[2K');
      visible = false;
    },
  };
}

const quietMs = 300;
const intervalMs = 100;
