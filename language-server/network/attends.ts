import type { Node } from './graph.js';

/** Whether tokens or positions attend to each other, so that over how many of them matters. */
export const attends = (nodes: readonly Node[]): boolean => nodes.some(({ kind }) => kind === 'attention' || kind === 'matmul');
