import type { WriteStream } from 'node:tty';

/** A line on the terminal that says how far the analysis is, and vanishes when it is over. */
export interface Progress {
  at(done: number, total: number, file: string): void;
  clear(): void;
}

/** Shows nothing unless a person watches the stream, and nothing for work that is over before a line could be read. */
export function createProgress(stream: WriteStream, now: () => number = () => performance.now()): Progress {
  if (!stream.isTTY) return { at() {}, clear() {} };
  const start = now();
  let last = start;
  let visible = false;
  return {
    at(done, total, file) {
      if (now() - start < quietMs || now() - last < intervalMs) return;
      last = now();
      visible = true;
      const line = `${done}/${total} ${file}`;
      stream.write(`\r\u001b[2K${line.slice(0, (stream.columns || 80) - 1)}`);
    },
    clear() {
      if (visible) stream.write('\r\u001b[2K');
      visible = false;
    },
  };
}

const quietMs = 300;
const intervalMs = 100;
