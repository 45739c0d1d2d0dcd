import type { Normalization } from '../network/graph.js';
import { NotSimulated } from './draw.js';
import type { Operate, World } from './operation.js';
import { sizeOf, type Tensor } from './tensor.js';

/**
 * γ(x − μ)/√(s² + ε) + β with statistics over groups of entries, as PyTorch's normalizations take them: of a channel over the batch, of a
 * sample over features, groups of channels, or one channel. Batch statistics in evaluation mode are the initial ones, 0 and 1.
 */
export const operateNormalization: Operate<'normalization'> = (node, [input], world) => {
  const { shape, data } = input!;
  if (node.variant === 'vector') throw new NotSimulated('The division by a vector norm is not simulated here.');
  if (node.variant === 'local-response') return { output: input!, backward: (gradient) => [gradient] };
  const gamma = affineOf(node, 'weight', shape, world);
  const beta = affineOf(node, 'bias', shape, world);
  const fixed = node.variant === 'batch' && !world.training;
  const groups = fixed ? null : groupsOf(node, input!, world);
  const hat = new Float64Array(data.length);
  const scale = new Float64Array(groups ? groups.count : 1);
  if (!groups) {
    scale[0] = 1 / Math.sqrt(1 + node.epsilon);
    for (let i = 0; i < data.length; i++) hat[i] = data[i]! * scale[0]!;
  } else standardize(data, hat, scale, groups, node);
  const output = hat.map((x, i) => gamma(i) * x + beta(i));
  return {
    output: { shape, data: output },
    backward: (gradient) => {
      const inner = gradient.map((g, i) => g * gamma(i));
      if (!groups) return [inner.map((g) => g * scale[0]!)];
      return [throughStatistics(inner, hat, scale, groups, node.variant !== 'rms')];
    },
  };
};

/** Groups of statistics, each made of runs of neighbouring entries. */
interface Groups {
  readonly count: number;
  /** Entries of a group. */
  readonly size: number;
  readonly run: number;
  /** Group of the k-th run. */
  of(k: number): number;
}

function groupsOf({ variant, weight, groups, axis }: Normalization, { shape, data }: Tensor, world: World): Groups {
  const [batch = 1, channels = 1] = shape;
  const space = sizeOf(shape.slice(2));
  const blocks = (size: number): Groups => ({ count: data.length / size, size, run: size, of: (k) => k });
  switch (variant) {
    case 'batch':
      return { count: channels, size: batch * space, run: space, of: (k) => k % channels };
    case 'instance':
      return blocks(space);
    case 'group': {
      const wanted = world.size(groups);
      if (!(wanted >= 1) || channels % wanted !== 0)
        throw new NotSimulated('The groups of a normalization do not divide its channels.');
      return blocks((channels / wanted) * space);
    }
    default: {
      if (axis === 1 && shape.length > 2) {
        const per = channels * space;
        return { count: batch * space, size: channels, run: 1, of: (k) => Math.floor(k / per) * space + (k % space) };
      }
      // The shape of the scale tells which dimensions are normalized; without it, features are the last one, or all of a feature map.
      const dimensions = weight?.shape?.length ?? (shape.length <= 3 ? 1 : shape.length - 1);
      return blocks(sizeOf(shape.slice(-dimensions)));
    }
  }
}

function standardize(
  data: Float64Array,
  hat: Float64Array,
  scale: Float64Array,
  groups: Groups,
  { variant, epsilon }: Normalization,
) {
  const mean = new Float64Array(groups.count);
  const total = (group: number, from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += data[i]!;
    mean[group]! += sum / groups.size;
  };
  if (variant !== 'rms') eachRun(groups, data.length, total);
  eachRun(groups, data.length, (group, from, to) => {
    const center = mean[group]!;
    let sum = 0;
    for (let i = from; i < to; i++) sum += (data[i]! - center) ** 2;
    scale[group]! += sum / groups.size;
  });
  for (let g = 0; g < groups.count; g++) scale[g] = 1 / Math.sqrt(scale[g]! + epsilon);
  eachRun(groups, data.length, (group, from, to) => {
    const [center, factor] = [mean[group]!, scale[group]!];
    for (let i = from; i < to; i++) hat[i] = (data[i]! - center) * factor;
  });
}

/** (g − ⟨g⟩ − x̂⟨g x̂⟩)/s, the mean left out where none is subtracted. */
function throughStatistics(
  inner: Float64Array,
  hat: Float64Array,
  scale: Float64Array,
  groups: Groups,
  centered: boolean,
): Float64Array {
  const mean = new Float64Array(groups.count);
  const along = new Float64Array(groups.count);
  eachRun(groups, inner.length, (group, from, to) => {
    let [sum, product] = [0, 0];
    for (let i = from; i < to; i++) {
      sum += inner[i]!;
      product += inner[i]! * hat[i]!;
    }
    if (centered) mean[group]! += sum / groups.size;
    along[group]! += product / groups.size;
  });
  const below = new Float64Array(inner.length);
  eachRun(groups, inner.length, (group, from, to) => {
    const [factor, center, slope] = [scale[group]!, mean[group]!, along[group]!];
    for (let i = from; i < to; i++) below[i] = factor * (inner[i]! - center - hat[i]! * slope);
  });
  return below;
}

function eachRun({ run, of }: Groups, length: number, visit: (group: number, from: number, to: number) => void): void {
  for (let k = 0; k * run < length; k++) visit(of(k), k * run, (k + 1) * run);
}

/** γ or β at entry i: one a channel, or one a normalized feature. */
function affineOf(
  node: Normalization,
  which: 'weight' | 'bias',
  shape: readonly number[],
  { weights }: World,
): (i: number) => number {
  const parameter = node[which];
  if (!parameter) return which === 'weight' ? () => 1 : () => 0;
  const byFeature = node.variant === 'layer' || node.variant === 'rms';
  const dimensions = byFeature ? (parameter.shape?.length ?? 1) : 1;
  const own = byFeature ? shape.slice(-dimensions) : [shape[1] ?? 1];
  const values = weights.of(parameter, { shape: own, variance: weights.variance(parameter) });
  if (byFeature) return (i) => values[i % values.length]!;
  const space = sizeOf(shape.slice(2));
  return (i) => values[Math.floor(i / space) % values.length]!;
}
