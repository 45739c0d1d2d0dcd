import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type Processes, processes } from '../../language-server/terminal/processes.js';

interface Answer {
  square: number;
  by: number;
}

const module = fileURLToPath(new URL('../fixtures/processes/square.mjs', import.meta.url));
let squares: Processes<{ number: number }, Answer>;
afterEach(() => squares.close());

test('tasks are shared by no more processes than allowed', async () => {
  squares = processes([module], 2);
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => squares.run({ number })));
  expect(answers.map(({ square }) => square)).toEqual([1, 4, 9, 16, 25, 36]);
  expect(new Set(answers.map(({ by }) => by)).size).toBeLessThanOrEqual(2);
});

test('a process that ends early costs its own task and no other', async () => {
  squares = processes([module], 1);
  const lost = squares.run({ number: 13 });
  const next = squares.run({ number: 4 });
  await expect(lost).rejects.toThrow('ended early (code 3)');
  expect((await next).square).toBe(16);
});
