import type { Activation } from '../meanfield/activation.js';
import type { Node } from '../network/graph.js';
import type { NodeState } from './transfer.js';

/** Activations that are nowhere below 0. */
const nonNegativeActivations: ReadonlySet<string> = new Set([
  'abs',
  'exponential',
  'hardsigmoid',
  'hardsigmoid_keras2',
  'relu',
  'relu6',
  'sigmoid',
  'softplus',
  'sparse_plus',
  'squareplus',
]);

/** Whether no entry of a node's output can be below 0: then a rectifier behind it changes nothing. */
export function isNonNegative(node: Node, inputs: readonly NodeState[]): boolean {
  const all = () => inputs.length > 0 && inputs.every(({ nonNegative }) => nonNegative);
  switch (node.kind) {
    case 'activation':
      return nonNegativeActivations.has(node.activation);
    case 'add':
      return node.coefficients.every((coefficient) => coefficient >= 0) && all();
    case 'scale':
      return node.parameter === null && node.factor !== null && node.factor >= 0 && all();
    case 'dropout':
      return node.variant !== 'alpha' && all();
    case 'interpolation':
      return node.method !== 'cubic' && all();
    case 'concatenate':
    case 'multiply':
    case 'pooling':
    case 'reshape':
      return all();
    default:
      return false;
  }
}

/** relu, leaky_relu and abs leave what is not below 0 as it is. */
export const isIdentityAbove0 = ({ homogeneous, phi }: Activation): boolean => homogeneous && phi(1) === 1;
