import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from '../../language-server/terminal/in-order.js';

test('results come in the order of the items, whichever is ready first', async () => {
  const results: number[] = [];
  for await (const result of inOrder([30, 1, 20, 2], 3, (ms) => pause(ms, ms))) results.push(result);
  expect(results).toEqual([30, 1, 20, 2]);
});

test('no more items are under way than allowed', async () => {
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await pause(1);
    running--;
  };
  for await (const _ of inOrder([...Array(10).keys()], 4, work));
  expect(most).toBe(4);
});

test('a failure comes where its result would have come', async () => {
  const results: string[] = [];
  const all = async () => {
    const work = (text: string) => (text === 'b' ? Promise.reject(new Error('no b')) : pause(5, text));
    for await (const result of inOrder(['a', 'b', 'c'], 3, work)) results.push(result);
  };
  await expect(all()).rejects.toThrow('no b');
  expect(results).toEqual(['a']);
});
