import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createProgress } from '../../language-server/terminal/progress.js';

/** A stream that people watch or do not, with a clock that stands until it is moved. */
function watched(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 30 });
  let time = 0;
  const progress = createProgress(stream, () => time);
  return { progress, written: () => stream.read()?.toString() ?? '', wait: (ms: number) => (time += ms) };
}

test('work that is over at once shows no progress', () => {
  const { progress, written, wait } = watched(true);
  progress.at(0, 2, 'a.py');
  wait(200);
  progress.at(1, 2, 'b.py');
  progress.clear();
  expect(written()).toBe('');
});

test('longer work shows a line that fits the terminal, and clears it', () => {
  const { progress, written, wait } = watched(true);
  wait(400);
  progress.at(3, 12, 'a/rather/long/path/of/a/model.py');
  expect(written()).toBe('\r\u001b[2K3/12 a/rather/long/path/of/a…');
  wait(50);
  progress.at(4, 12, 'b.py');
  expect(written()).toBe('');
  progress.clear();
  progress.clear();
  expect(written()).toBe('\r\u001b[2K');
});

test('a file or a pipe gets no progress', () => {
  const { progress, written, wait } = watched(false);
  wait(1000);
  progress.at(3, 12, 'a.py');
  progress.clear();
  expect(written()).toBe('');
});
