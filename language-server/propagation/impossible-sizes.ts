import type { Node } from '../network/graph.js';
import type { Extent } from './extent.js';
import { type NodeState, stops } from './transfer.js';

/** Windows, steps and factors beyond this are slips of the keyboard. */
const largestStep = 2 ** 20;
/** Positions along one dimension: a minute and a half of sound at 48 kHz. */
const longestSide = 2 ** 22;

/** Whether a node makes maps, or slides windows, that fit into no memory. */
export function hasOversizedSteps(node: Node): boolean {
  switch (node.kind) {
    case 'affine':
      return [node.kernel, node.stride, node.dilation, node.padding].some(holdsOversized);
    case 'pooling':
      return !node.variant.startsWith('global') && [node.kernel, node.stride, node.padding, node.target].some(holdsOversized);
    case 'interpolation':
      return holdsOversized(node.factors);
    default:
      return false;
  }
}

const holdsOversized = (steps: unknown): boolean =>
  Array.isArray(steps) && steps.some((step) => typeof step === 'number' && step > largestStep);

export const isImpossible = (extent: Extent): boolean => extent.some((size) => !(size >= 1 && size <= longestSide));

export const impossible: Partial<NodeState> = { ...stops('Maps and windows of this size are not followed.'), extent: [] };
