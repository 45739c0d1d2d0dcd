import type { Distribution, Location } from '../../language-server/network/distribution.js';
import type { Affine, Layer, Network, Node, Operation, Parameter } from '../../language-server/network/graph.js';
import { divide, multiply, type Quantity } from '../../language-server/network/quantity.js';

/** An operation as the fixtures describe it; see test/oracle/propagation.py. */
export interface Step {
  readonly op: string;
  readonly in?: Quantity;
  readonly out?: Quantity;
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  /** `null`: PyTorch's default, variance 1/(3·fan_in) for weights and biases. */
  readonly sigmaW2?: number | null;
  readonly sigmaB2?: number;
  readonly name?: string;
  readonly rate?: number;
  readonly mean?: number;
}

const place: Location = { file: 'test.py', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } } };

/** A chain of these operations behind an input of this shape (without batch). */
export function chainOf(steps: readonly Step[], inputShape: readonly Quantity[] | null, batch?: number): Network {
  const builder = new NetworkBuilder(inputShape);
  let last = builder.input;
  for (const step of steps) last = builder.step(step, [last]);
  return { ...builder.network([last]), ...(batch !== undefined && { batch }) };
}

/** Builds graphs by hand, as the evaluator would. */
export class NetworkBuilder {
  readonly nodes: Node[] = [];
  readonly layers: Layer[] = [];
  readonly input: number;

  constructor(inputShape: readonly Quantity[] | null) {
    this.input = this.add({ kind: 'input' }, [], 'input', inputShape && [2, ...inputShape]);
  }

  network(outputs: readonly number[]): Network {
    const { nodes, layers } = this;
    return {
      name: 'Net',
      entry: 'Net',
      framework: 'pytorch',
      location: place,
      arguments: [],
      layers,
      nodes,
      outputs,
      unknown: [],
    };
  }

  add(
    operation: Operation,
    inputs: readonly number[],
    name: string = operation.kind,
    shape: readonly Quantity[] | null = null,
  ): number {
    const id = this.nodes.length;
    this.nodes.push({ ...operation, id, path: String(id), name, location: place, inputs, shape });
    return id;
  }

  step(step: Step, inputs: readonly number[]): number {
    const shape = step.op === 'flatten' ? [2, 0] : null;
    return this.add(this.operation(step), inputs, step.op, shape);
  }

  private operation(step: Step): Operation {
    const window = {
      kernel: [step.kernel ?? 1, step.kernel ?? 1],
      stride: [step.kernel ?? 1, step.kernel ?? 1],
      padding: [0, 0],
    };
    switch (step.op) {
      case 'dense':
        return this.affine(step, 'dense', step.in!);
      case 'conv':
        return this.affine(step, 'convolution', multiply(step.in!, step.kernel! ** 2));
      case 'activation':
        return { kind: 'activation', activation: step.name!, parameters: {} };
      case 'dropout':
        return { kind: 'dropout', variant: 'element', rate: step.rate! };
      case 'maxpool':
        return { kind: 'pooling', variant: 'max', ...window };
      case 'averagepool':
        return { kind: 'pooling', variant: 'average', ...window };
      case 'globalaverage':
        return { kind: 'pooling', variant: 'global-average', kernel: [], stride: [], padding: [] };
      case 'flatten':
        return { kind: 'reshape' };
      case 'batchnorm':
      case 'layernorm':
        return {
          kind: 'normalization',
          variant: step.op === 'batchnorm' ? 'batch' : 'layer',
          weight: null,
          bias: null,
          epsilon: 1e-5,
          groups: null,
        };
      case 'add':
        return { kind: 'add', coefficients: [1, 1] };
      default:
        return { kind: 'opaque', reason: `${step.op} is not described.` };
    }
  }

  private affine(step: Step, variant: Affine['variant'], fanIn: Quantity): Affine {
    const standard = step.sigmaW2 === null || step.sigmaW2 === undefined;
    const weight = standard ? divide(1, multiply(3, fanIn)) : divide(step.sigmaW2, fanIn);
    const bias = standard ? divide(1, multiply(3, fanIn)) : (step.sigmaB2 ?? 0);
    const layer: Layer = {
      path: String(this.nodes.length),
      kind: variant === 'dense' ? 'Linear' : 'Conv2d',
      location: place,
      weight: parameter('weight', weight, step.mean ?? 0),
      bias: parameter('bias', bias, 0),
      fanIn,
      fanOut: step.out!,
      summands: fanIn,
      others: [],
    };
    this.layers.push(layer);
    const spatial = variant === 'dense' ? 0 : 2;
    const sizes = (value: number | undefined) => Array<number>(spatial).fill(value ?? 1);
    return {
      kind: 'affine',
      variant,
      layer,
      inChannels: step.in!,
      outChannels: step.out!,
      kernel: sizes(step.kernel),
      stride: sizes(step.stride),
      padding: sizes(step.padding),
      paddingMode: 'zeros',
      dilation: sizes(1),
      groups: 1,
    };
  }
}

function parameter(name: string, variance: Quantity, mean: number): Parameter {
  const write: Distribution = {
    family: 'normal',
    mean,
    variance,
    formula: null,
    source: { kind: 'default', text: 'test', location: null },
  };
  return { name, shape: null, writes: [write] };
}
