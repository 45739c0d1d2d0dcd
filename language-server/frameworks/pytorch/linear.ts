import type { Layer, Parameter, Shape } from '../../network/graph.js';
import { multiply, type Quantity } from '../../network/quantity.js';
import type { InitialRow, ModuleRow, Operated, OperationContext, OperationRow, TensorRow } from '../framework.js';
import { quantity } from './arguments.js';
import { fansOf } from './fans.js';
import { settle } from './lazy.js';
import type { Tables } from './rows.js';

/** `kaiming_uniform_(a=√5)`: gain² = 2/(1+5), so the variance is (1/3)/fan_in. */
export const kaimingWithRootFive: InitialRow = { family: 'uniform', variance: '1/(3*fanIn)' };

/** U(±1/√fan_in), with the fan-in of the weight. */
export const biasOfWeight: InitialRow = { family: 'uniform', variance: '1/(3*fanIn)' };

const linearTensors: readonly TensorRow[] = [
  { name: 'weight', shape: 'out_features, in_features', initial: kaimingWithRootFive },
  { name: 'bias', shape: 'out_features', when: 'bias', initial: biasOfWeight },
];

const dense: OperationRow = ({ arguments: bound, inputs, layer }) => {
  if (!layer) return 'The weight of this layer is not known.';
  const input = inputs[0] ?? null;
  settle(layer, 'in_features', input?.at(-1));
  const outFeatures = quantity(bound.out_features);
  return denseNode(layer, quantity(bound.in_features) ?? layer.fanIn, outFeatures, input);
};

export function denseNode(layer: Layer, inFeatures: Quantity | null, outFeatures: Quantity | null, input: Shape): Operated {
  return {
    operation: {
      kind: 'affine',
      variant: 'dense',
      layer,
      inChannels: inFeatures,
      outChannels: outFeatures,
      kernel: [],
      stride: [],
      padding: [],
      paddingMode: 'zeros',
      dilation: [],
      groups: 1,
    },
    shape: input && outFeatures !== null ? [...input.slice(0, -1), outFeatures] : null,
  };
}

const linear: ModuleRow = {
  signature: 'in_features, out_features, bias=True, device=None, dtype=None',
  tensors: linearTensors,
  role: 'linear',
  operation: dense,
  source: 'torch.nn.Linear.reset_parameters: kaiming_uniform_(a=√5), hence σ_w² = 1/3',
};

const lazyLinear: ModuleRow = {
  ...linear,
  signature: 'out_features, bias=True, device=None, dtype=None',
  lazy: 'in_features',
  bases: ['torch.nn.Linear'],
};

const bilinear: ModuleRow = {
  signature: 'in1_features, in2_features, out_features, bias=True, device=None, dtype=None',
  tensors: [
    {
      name: 'weight',
      shape: 'out_features, in1_features, in2_features',
      initial: { family: 'uniform', variance: '1/(3*in1_features)' },
    },
    { name: 'bias', shape: 'out_features', when: 'bias', initial: { family: 'uniform', variance: '1/(3*in1_features)' } },
  ],
  role: 'linear',
  summands: 'in1_features*in2_features',
  operation: ({ arguments: bound, inputs, layer }) => {
    if (!layer) return 'The weight of this layer is not known.';
    const made = denseNode(layer, null, quantity(bound.out_features), inputs[0] ?? null);
    const first = quantity(bound.in1_features);
    const second = quantity(bound.in2_features);
    const inChannels = first !== null && second !== null ? multiply(first, second) : null;
    return made.operation.kind === 'affine'
      ? { ...made, operation: { ...made.operation, variant: 'bilinear', inChannels } }
      : made;
  },
  source: 'torch.nn.Bilinear.reset_parameters: U(±1/√in1_features), hence E y² = in2/3 · E x₁² · E x₂²',
};

/** `F.linear(x, weight, bias)` with parameters of the module that calls it. */
const functionalLinear: OperationRow = (context) => {
  const layer = functionalLayer(context, 'linear', context.parameters?.weight);
  if (!layer) return 'The weight of this linear function is calculated, and so its distribution is not known.';
  const [outFeatures = null, inFeatures = null] = layer.weight?.shape ?? [];
  return denseNode(layer, inFeatures, outFeatures, context.inputs[0] ?? null);
};

/** `x @ weight` with a trainable tensor: a linear layer whose weight lies the other way round. `null`: it is none. */
export function transposedLinear(context: OperationContext, weight: Parameter | undefined): Operated | null {
  const [rows, columns] = weight?.shape?.slice(-2) ?? [];
  if (!weight || rows === undefined || columns === undefined) return null;
  const layer = functionalLayer(context, 'matmul', weight, () => rows);
  if (!layer) return null;
  if (!layer.role) layer.summands = rows;
  return denseNode(layer, rows, columns, context.inputs[0] ?? null);
}

/** The layer that a functional call with a parameter stands for; `null` where its weight is no parameter. */
export function functionalLayer(
  { layer, parameters, place }: OperationContext,
  kind: string,
  weight: Parameter | undefined,
  summands?: (fanIn: Quantity) => Quantity | null,
): Layer | null {
  // A layer of the model whose weight is used by a function: the same layer is at work.
  if (layer?.weight && layer.weight === weight) return layer;
  if (!weight || !place) return null;
  const fans = fansOf(weight.shape);
  return {
    ...place,
    kind,
    role: 'linear',
    weight,
    bias: parameters?.bias ?? null,
    fanIn: fans?.fanIn ?? null,
    fanOut: fans?.fanOut ?? null,
    summands: fans ? (summands ? summands(fans.fanIn) : fans.fanIn) : null,
    others: [],
  };
}

export const linearTables: Tables = {
  modules: {
    'torch.nn.Linear': linear,
    'torch.nn.LazyLinear': lazyLinear,
    'torch.nn.modules.linear.NonDynamicallyQuantizableLinear': { ...linear, bases: ['torch.nn.Linear'] },
    'torch.nn.Bilinear': bilinear,
  },
  functions: {
    'torch.nn.functional.linear': { signature: 'input, weight, bias=None', tensors: ['input'], operation: functionalLinear },
    'torch.nn.functional.bilinear': {
      signature: 'input1, input2, weight, bias=None',
      tensors: ['input1', 'input2'],
      operation: () => 'A bilinear function with a weight of its own is not followed.',
    },
  },
};
