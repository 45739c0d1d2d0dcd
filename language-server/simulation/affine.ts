import type { Affine, Node, Parameter } from '../network/graph.js';
import { add, multiply, numberOf, subtract } from '../network/quantity.js';
import { Mismatch, NotSimulated } from './draw.js';
import { multiplyInto, timesTransposed, transposed } from './matrix.js';
import type { Operate, Result, World } from './operation.js';
import { sizeOf, type Tensor } from './tensor.js';
import { type Slide, type Windows, windows } from './window.js';

export const operateAffine: Operate<'affine'> = (node, inputs, world) => {
  if (inputs.length === 0) throw new NotSimulated('A layer has no input that the analysis could follow.');
  switch (node.variant) {
    case 'dense':
      return dense(node, inputs[0]!, world);
    case 'embedding':
      return embedding(node, inputs[0]!, world);
    case 'convolution':
      return convolution(node, inputs[0]!, world);
    case 'transposed':
      return transposedConvolution(node, inputs[0]!, world);
    default:
      throw new NotSimulated('Bilinear layers are not simulated.');
  }
};

/** At other widths than the model's own the variance changes so that σ_w² stays: what is summed keeps its size. */
function weightOf(node: Affine, shape: readonly number[], summands: number, groups: number, world: World): Float32Array {
  const { weight } = node.layer;
  if (!weight) throw new NotSimulated('A layer has no weight that is known.');
  const variance = world.weights.variance(weight);
  const own = world.fullSize ? summands : ownSummands(node, world);
  world.spend(sizeOf(shape) * costOfDraw);
  return world.weights.of(weight, { shape, variance: (variance * own) / summands, groups });
}

/** Multiplications that take about as long as drawing one weight. */
const costOfDraw = 12;

/** Weights summed into one output unit at the model's own width, as far as they scale with its channels. */
function ownSummands(node: Affine, world: World): number {
  const channels = node.inChannels === null ? null : world.weights.numberOf(node.inChannels);
  if (channels === null) throw new NotSimulated('A number of channels is not known.');
  return (
    (channels / world.weights.numberOf(node.groups)) * node.kernel.reduce<number>((product, k) => product * world.size(k), 1)
  );
}

function biasOf(bias: Parameter | null, count: number, { weights }: World): Float32Array | null {
  return bias && weights.of(bias, { shape: [count], variance: weights.variance(bias) });
}

function dense(node: Affine, { shape, data }: Tensor, world: World): Result {
  const inputs = shape.at(-1) ?? 1;
  const outputs = world.channels(node.outChannels);
  const rows = data.length / inputs;
  if (world.fullMaps) checkWidth(node, inputs, world);
  const w = weightOf(node, [outputs, inputs], inputs, 1, world);
  const bias = biasOf(node.layer.bias, outputs, world);
  world.spend(2 * rows * inputs * outputs);
  const y = timesTransposed(data, w, rows, inputs, outputs);
  if (bias) for (let i = 0; i < y.length; i++) y[i]! += bias[i % outputs]!;
  return {
    output: { shape: [...shape.slice(0, -1), outputs], data: y },
    backward: (gradient) => {
      const below = new Float64Array(data.length);
      multiplyInto(below, 0, gradient, 0, w, 0, [rows, outputs, inputs]);
      return [below];
    },
    weightGradient: (gradient) => {
      const sum = new Float64Array(outputs * inputs);
      multiplyInto(sum, 0, transposed(gradient, 0, rows, outputs), 0, data, 0, [outputs, rows, inputs]);
      return sum;
    },
  };
}

/** A flattened map has as many features as its channels, narrowed or not, times its positions. */
function checkWidth({ layer, inChannels }: Affine, inputs: number, world: World): void {
  const wanted = inChannels === null ? null : world.size(inChannels);
  if (wanted !== null && wanted !== inputs && wanted * world.width !== inputs && typeof inChannels === 'number')
    throw new Mismatch(`${layer.path || layer.kind} takes ${wanted} features, and ${inputs} arrive.`);
}

/** One row of the table a token: tokens are taken as different, so every row is drawn anew. */
function embedding(node: Affine & Node, { shape }: Tensor, world: World): Result {
  const { weight } = node.layer;
  const write = weight?.writes.at(-1);
  if (!weight || !write) throw new NotSimulated('The table of an embedding is not known.');
  const size = world.channels(node.outChannels);
  const spread = Math.sqrt(world.weights.variance(weight));
  const mean = write.mean === null ? 0 : world.weights.numberOf(write.mean);
  const data = Float64Array.from({ length: sizeOf(shape) * size }, () => mean + spread * world.random.normal());
  return {
    output: { shape: [...shape, size], data },
    backward: () => [null],
    weightGradient: (gradient) => gradient,
  };
}

function slidesOf(node: Affine, world: World): Slide[] {
  const at = (sizes: Affine['kernel'], i: number, otherwise: number) =>
    sizes.length > 0 ? world.size(sizes[i] ?? sizes[0]) : otherwise;
  return node.kernel.map((_, i) => {
    const kernel = at(node.kernel, i, 1);
    const dilation = at(node.dilation, i, 1);
    const reach = dilation * (kernel - 1);
    const { padding } = node;
    const both = padding === 'valid' ? 0 : padding === 'same' ? null : at(padding, i, 0);
    return {
      kernel,
      dilation,
      stride: at(node.stride, i, 1),
      padding: both === null ? [Math.floor(reach / 2), reach - Math.floor(reach / 2)] : [both, both],
    };
  });
}

/** A group a channel stays that at other widths, other groups keep their number where it divides the channels. */
function groupsOf(node: Affine, inputs: number, outputs: number, world: World): number {
  const groups = world.weights.numberOf(node.groups);
  const own = node.inChannels === null ? null : world.weights.numberOf(node.inChannels);
  const simulated = groups === own ? inputs : groups;
  if (inputs % simulated !== 0 || outputs % simulated !== 0)
    throw new NotSimulated('Groups do not divide the channels of a convolution.');
  return simulated;
}

function convolution(node: Affine, { shape, data }: Tensor, world: World): Result {
  const [batch = 1, inputs = 1, ...extent] = shape;
  if (extent.length !== node.kernel.length) throw new NotSimulated('A convolution meets a tensor without batch or channels.');
  const outputs = world.channels(node.outChannels);
  const groups = groupsOf(node, inputs, outputs, world);
  const geometry = windows(extent, slidesOf(node, world), node.paddingMode);
  const sizes = {
    inputs: inputs / groups,
    outputs: outputs / groups,
    space: sizeOf(extent),
    rows: (inputs / groups) * geometry.taps,
  };
  const w = weightOf(node, [outputs, sizes.inputs, ...node.kernel.map((k) => world.size(k))], sizes.rows, groups, world);
  world.spend(2 * batch * outputs * sizes.rows * geometry.outputs);
  const bias = biasOf(node.layer.bias, outputs, world);
  const y = new Float64Array(batch * outputs * geometry.outputs);
  if (bias) for (let i = 0; i < y.length; i++) y[i] = bias[Math.floor(i / geometry.outputs) % outputs]!;
  const columns = new Float64Array(sizes.rows * geometry.outputs);
  eachGroup(batch, groups, (sample, group) => {
    gather(data, (sample * inputs + group * sizes.inputs) * sizes.space, sizes, geometry, columns);
    const start = (sample * outputs + group * sizes.outputs) * geometry.outputs;
    multiplyInto(y, start, w, group * sizes.outputs * sizes.rows, columns, 0, [sizes.outputs, sizes.rows, geometry.outputs]);
  });
  return {
    output: { shape: [batch, outputs, ...geometry.extent], data: y },
    backward: (gradient) => {
      const below = new Float64Array(data.length);
      for (let group = 0; group < groups; group++) {
        const turned = transposed(w, group * sizes.outputs * sizes.rows, sizes.outputs, sizes.rows);
        for (let sample = 0; sample < batch; sample++) {
          columns.fill(0);
          const start = (sample * outputs + group * sizes.outputs) * geometry.outputs;
          multiplyInto(columns, 0, turned, 0, gradient, start, [sizes.rows, sizes.outputs, geometry.outputs]);
          scatter(columns, sizes, geometry, below, (sample * inputs + group * sizes.inputs) * sizes.space);
        }
      }
      return [below];
    },
    weightGradient: (gradient) => {
      const sum = new Float64Array(w.length);
      for (let group = 0; group < groups; group++) {
        for (let sample = 0; sample < batch; sample++) {
          gather(data, (sample * inputs + group * sizes.inputs) * sizes.space, sizes, geometry, columns);
          const turned = transposed(columns, 0, sizes.rows, geometry.outputs);
          const start = (sample * outputs + group * sizes.outputs) * geometry.outputs;
          multiplyInto(sum, group * sizes.outputs * sizes.rows, gradient, start, turned, 0, [
            sizes.outputs,
            geometry.outputs,
            sizes.rows,
          ]);
        }
      }
      return sum;
    },
  };
}

/** The adjoint of the convolution that leads from the map that leaves to the one that enters. */
function transposedConvolution(node: Affine, { shape, data }: Tensor, world: World): Result {
  const [batch = 1, inputs = 1, ...extent] = shape;
  if (extent.length !== node.kernel.length) throw new NotSimulated('A convolution meets a tensor without batch or channels.');
  const outputs = world.channels(node.outChannels);
  const groups = groupsOf(node, inputs, outputs, world);
  const slides = slidesOf(node, world);
  const large = largerExtent(node as Affine & Node, extent, slides, world);
  const geometry = windows(large, slides, 'zeros', extent);
  const sizes = {
    inputs: outputs / groups,
    outputs: inputs / groups,
    space: sizeOf(large),
    rows: (outputs / groups) * geometry.taps,
  };
  // The framework lays the weight out as inputs × outputs/groups × kernel.
  const taps = node.kernel.map((k) => world.size(k));
  const w = weightOf(node, [inputs, sizes.inputs, ...taps], sizes.outputs * geometry.taps, groups, world);
  world.spend(2 * batch * inputs * sizes.rows * geometry.outputs);
  const bias = biasOf(node.layer.bias, outputs, world);
  const y = new Float64Array(batch * outputs * sizes.space);
  const columns = new Float64Array(sizes.rows * geometry.outputs);
  const at = (sample: number, group: number) => ({
    above: (sample * outputs + group * sizes.inputs) * sizes.space,
    below: (sample * inputs + group * sizes.outputs) * geometry.outputs,
    weight: group * sizes.outputs * sizes.rows,
  });
  eachGroup(batch, groups, (sample, group) => {
    const { above, below, weight } = at(sample, group);
    columns.fill(0);
    const turned = transposed(w, weight, sizes.outputs, sizes.rows);
    multiplyInto(columns, 0, turned, 0, data, below, [sizes.rows, sizes.outputs, geometry.outputs]);
    scatter(columns, sizes, geometry, y, above);
  });
  if (bias) for (let i = 0; i < y.length; i++) y[i]! += bias[Math.floor(i / sizes.space) % outputs]!;
  return {
    output: { shape: [batch, outputs, ...large], data: y },
    backward: (gradient) => {
      const result = new Float64Array(data.length);
      eachGroup(batch, groups, (sample, group) => {
        const { above, below, weight } = at(sample, group);
        gather(gradient, above, sizes, geometry, columns);
        multiplyInto(result, below, w, weight, columns, 0, [sizes.outputs, sizes.rows, geometry.outputs]);
      });
      return [result];
    },
    weightGradient: (gradient) => {
      const sum = new Float64Array(w.length);
      for (let group = 0; group < groups; group++) {
        for (let sample = 0; sample < batch; sample++) {
          const { above, below, weight } = at(sample, group);
          gather(gradient, above, sizes, geometry, columns);
          const turned = transposed(columns, 0, sizes.rows, geometry.outputs);
          multiplyInto(sum, weight, data, below, turned, 0, [sizes.outputs, geometry.outputs, sizes.rows]);
        }
      }
      return sum;
    },
  };
}

/** (size − 1)·stride − 2·padding + dilation·(kernel − 1) + 1, and the output padding, by which the node's shape is larger than that. */
function largerExtent(node: Affine & Node, extent: readonly number[], slides: readonly Slide[], { nodes }: World): number[] {
  const before = nodes[node.inputs[0] ?? -1]?.shape;
  return extent.map((size, i) => {
    const { stride, padding, dilation, kernel } = slides[i]!;
    const added = dilation * (kernel - 1) + 1 - stride - padding[0] - padding[1];
    const [from, to] = [before?.at(i - extent.length), node.shape?.at(i - extent.length)];
    const further = from === undefined || to === undefined ? 0 : numberOf(subtract(to, add(multiply(from, stride), added)));
    return size * stride + added + Math.max(0, further ?? 0);
  });
}

interface Sizes {
  /** Channels of a group on the side of the windows. */
  readonly inputs: number;
  readonly outputs: number;
  /** Positions of the map that the windows slide over. */
  readonly space: number;
  readonly rows: number;
}

function eachGroup(batch: number, groups: number, run: (sample: number, group: number) => void): void {
  for (let sample = 0; sample < batch; sample++) for (let group = 0; group < groups; group++) run(sample, group);
}

/** columns[(channel · taps + tap) · outputs + output] = the entry that this tap meets, 0 on padding. */
function gather(
  data: Float64Array,
  start: number,
  { inputs, space }: Sizes,
  { index, taps, outputs }: Windows,
  columns: Float64Array,
): void {
  const count = taps * outputs;
  for (let channel = 0; channel < inputs; channel++) {
    const from = start + channel * space;
    const to = channel * count;
    for (let i = 0; i < count; i++) columns[to + i] = index[i]! < 0 ? 0 : data[from + index[i]!]!;
  }
}

/** The adjoint of `gather`: adds every column entry to where it came from. */
function scatter(
  columns: Float64Array,
  { inputs, space }: Sizes,
  { index, taps, outputs }: Windows,
  data: Float64Array,
  start: number,
): void {
  const count = taps * outputs;
  for (let channel = 0; channel < inputs; channel++) {
    const to = start + channel * space;
    const from = channel * count;
    for (let i = 0; i < count; i++) if (index[i]! >= 0) data[to + index[i]!]! += columns[from + i]!;
  }
}
