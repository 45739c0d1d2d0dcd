import type { Calculation, Shape } from '../../network/graph.js';
import type { FunctionRow, Operated, OperationRow } from '../framework.js';
import { number } from './arguments.js';
import { dimensionsOf, reducedAxes } from './pooling.js';
import { named, type Tables, unary } from './rows.js';

/** What the theory has no formula for when it stands alone, but knows as a step of a normalization that is written out. */
function step(calculation: Calculation, name: string, shape: Shape): Operated {
  const reason =
    calculation.what === 'quotient'
      ? 'Division by a tensor is not described by the theory used here.'
      : `The operation '${name}' is not described by the theory used here.`;
  return { operation: { kind: 'opaque', reason, weightless: true, calculation }, shape };
}

/** A tensor, or a number, divided by a tensor. */
export const quotientOf = (shape: Shape, dividend: number | null): Operated => step({ what: 'quotient', dividend }, 'div', shape);

const reduction =
  (name: string, what: 'sum' | 'variance' | 'deviation' | 'norm'): OperationRow =>
  ({ arguments: { p, ord, dim, axis, keepdim }, inputs: [input = null] }) => {
    const kind = p ?? ord ?? 2;
    if (what === 'norm' && number(kind) !== 2 && kind !== 'fro')
      return 'Only the Euclidean norm is described by the theory used here.';
    // The older signature `std(unbiased)` has no dimension in that place.
    const along = typeof dim === 'boolean' ? null : (dim ?? axis ?? null);
    const axes = reducedAxes(along, input);
    const keep = keepdim === true;
    const shape = axes && input ? input.flatMap((size, i) => (!axes.includes(i) ? [size] : keep ? [1] : [])) : null;
    return step({ what, over: dimensionsOf(along, input) }, name, shape);
  };

/** `tensor ** exponent`: the square is the product of a tensor with itself. */
export function powerOf(exponent: number | null, name: string, shape: Shape): Operated | string {
  if (exponent === 2) return { operation: { kind: 'multiply' }, shape };
  if (exponent === 1) return { operation: { kind: 'reshape' }, shape };
  if (exponent === null) return `The operation '${name}' is not described by the theory used here.`;
  return step({ what: 'power', exponent }, name, shape);
}

const power =
  (name: string, exponent: number): OperationRow =>
  ({ inputs: [input = null] }) =>
    powerOf(exponent, name, input);

const anyPower: OperationRow = ({ arguments: { exponent }, inputs }) =>
  inputs.length > 2
    ? "The operation 'pow' is not described by the theory used here."
    : powerOf(number(exponent), 'pow', inputs[0] ?? null);

const spread = 'dim=None, unbiased=True, keepdim=False, *, correction=1, axis=None, **options';

const rows: readonly [names: readonly string[], row: (tensor: string) => FunctionRow][] = [
  [['sum'], (tensor) => unary('dim=None, keepdim=False, *, axis=None, **options', reduction('sum', 'sum'), tensor)],
  [['var'], (tensor) => unary(spread, reduction('var', 'variance'), tensor)],
  [['std'], (tensor) => unary(spread, reduction('std', 'deviation'), tensor)],
  [['norm'], (tensor) => unary("p='fro', dim=None, keepdim=False, **options", reduction('norm', 'norm'), tensor)],
  [
    ['pow', 'pow_'],
    // The square takes the tensor twice.
    (tensor) => ({ signature: `${tensor}, exponent`, tensors: [tensor, tensor, 'exponent'], operation: anyPower }),
  ],
  [['square', 'square_'], (tensor) => ({ signature: tensor, tensors: [tensor, tensor], operation: power('square', 2) })],
  [['sqrt', 'sqrt_'], (tensor) => unary('', power('sqrt', 0.5), tensor)],
  [['rsqrt', 'rsqrt_'], (tensor) => unary('', power('rsqrt', -0.5), tensor)],
  [['reciprocal', 'reciprocal_'], (tensor) => unary('', power('reciprocal', -1), tensor)],
];

export const calculationTables: Tables = {
  functions: {
    ...Object.fromEntries(rows.flatMap(([names, row]) => names.map((name) => [`torch.${name}`, row('input')]))),
    ...named(
      ['torch.linalg.norm', 'torch.linalg.vector_norm'],
      unary('ord=2, dim=None, keepdim=False, **options', reduction('norm', 'norm')),
    ),
  },
  methods: Object.fromEntries(rows.flatMap(([names, row]) => names.map((name) => [name, row('self')]))),
};
