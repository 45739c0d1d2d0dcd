import type { Affine, Layer, Parameter } from '../../network/graph.js';
import { add, multiply, numberOf } from '../../network/quantity.js';
import { logAdd, type Signal, type Transferred } from '../signal.js';
import { nominalSizes, numbersOf, product } from '../sizes.js';

/** σ_w² = summands · E[W²] and σ_b² = E[b²] of a layer; a string says why they are not known. */
export interface LayerVariances {
  readonly sigmaW2: number;
  readonly sigmaB2: number;
  /** The bias variance falls with an unknown width and was taken as 0. */
  readonly wideBias: boolean;
}

export function layerVariances(layer: Layer): LayerVariances | string {
  const write = layer.weight?.writes.at(-1);
  if (!write) return 'it has no weights';
  if (write.family === 'undefined') return 'its weights are allocated but never initialized';
  if (write.mean === null || write.variance === null) return `what '${write.source.text}' draws is not known`;
  const mean = numberOf(write.mean);
  if (mean === null) return 'the mean of its weights is not known';
  if (mean !== 0) return 'its weights have a mean that is not zero, which the theory does not describe';
  if (layer.summands === null) return 'the number of its inputs is not known';
  const sigmaW2 = numberOf(multiply(layer.summands, write.variance));
  if (sigmaW2 === null) return 'its σ_w² depends on widths that are not known';
  const bias = secondMoment(layer.bias);
  if (typeof bias === 'string') return bias;
  return { sigmaW2, sigmaB2: bias ?? 0, wideBias: bias === null };
}

/** E[b²]; `null` for 1/(3·fan_in) at an unknown width, which goes to 0 as the width grows. */
function secondMoment(parameter: Parameter | null): number | null | string {
  const write = parameter?.writes.at(-1);
  if (!parameter) return 0;
  if (!write || write.family === 'undefined') return 'its bias is allocated but never initialized';
  if (write.mean === null || write.variance === null) return `what '${write.source.text}' draws is not known`;
  return numberOf(add(multiply(write.mean, write.mean), write.variance));
}

/** Entries of the output that one entry of the input reaches, times E[W²]: the factor on mean squared gradients. */
function backwardGain(node: Affine, sigmaW2: number): number | null {
  const { layer, variant } = node;
  if (variant === 'bilinear') return null;
  const ratio = widthRatio(node);
  if (ratio === null || !layer.summands) return null;
  const stride = numbersOf(node.stride);
  if (!stride) return null;
  // A strided convolution reads each entry less often, a transposed one writes each entry to more places than its summands count.
  return sigmaW2 * ratio * (variant === 'transposed' ? product(stride) : 1 / product(stride));
}

/** Output units per input unit. */
function widthRatio({ inChannels, outChannels }: Affine): number | null {
  const from = inChannels === null ? null : numberOf(inChannels);
  const to = outChannels === null ? null : numberOf(outChannels);
  if (from !== null && to !== null && from > 0) return to / from;
  return inChannels !== null && inChannels === outChannels ? 1 : null;
}

/** q = σ_w² E x² + σ_b²; correlations pass through the same line. Poole et al. 2016, arXiv:1606.05340, eq. 3; Xiao et al. 2018. */
export function affine(node: Affine, input: Signal): Transferred | string {
  if (node.variant === 'embedding') return embedding(node);
  if (node.variant === 'bilinear') return 'the product of two inputs in a bilinear layer is not followed';
  const variances = layerVariances(node.layer);
  if (typeof variances === 'string') return `${node.layer.path || node.layer.kind}: ${variances}`;
  const { sigmaW2, sigmaB2 } = variances;
  const drive = Math.log(sigmaW2) + input.logQ;
  const logQ = logAdd(drive, Math.log(sigmaB2));
  const fromInput = logQ === Number.NEGATIVE_INFINITY ? 0 : Math.exp(drive - logQ);
  const gain = backwardGain(node, sigmaW2);
  return {
    signal: {
      logQ,
      c: 1 - fromInput * (1 - input.c),
      cSpatial: 1 - fromInput * (1 - input.cSpatial),
      mean: 0,
      spatial: outputSizes(node, input.spatial),
    },
    gains: [{ logSame: gain === null ? Number.NaN : Math.log(gain), cross: 1, shared: 0 }],
  };
}

function embedding(node: Affine): Transferred | string {
  const write = node.layer.weight?.writes.at(-1);
  const mean = write?.mean == null ? null : numberOf(write.mean);
  const variance = write?.variance == null ? null : numberOf(write.variance);
  if (mean === null || variance === null)
    return `${node.layer.path || node.layer.kind}: what its rows are drawn from is not known`;
  const q = variance + mean * mean;
  // Rows of different entries are independent.
  const shared = q > 0 ? (mean * mean) / q : 0;
  return {
    signal: { logQ: Math.log(q), c: shared, cSpatial: shared, mean: q > 0 ? mean / Math.sqrt(q) : 0, spatial: [] },
    gains: [{ logSame: Number.NEGATIVE_INFINITY, cross: 0, shared: 0 }],
  };
}

function outputSizes(node: Affine, spatial: Signal['spatial']): Signal['spatial'] {
  if (node.variant === 'dense') return spatial;
  const dimensions = node.kernel.length;
  const sizes = spatial && spatial.length === dimensions ? spatial : (nominalSizes[dimensions] ?? null);
  const kernel = numbersOf(node.kernel);
  const stride = numbersOf(node.stride);
  const dilation = numbersOf(node.dilation);
  if (!sizes || !kernel || !stride || !dilation) return null;
  const padding = typeof node.padding === 'string' ? null : numbersOf(node.padding);
  return sizes.map((size, i) => {
    const reach = dilation[i]! * (kernel[i]! - 1);
    if (node.variant === 'transposed') return Math.max(1, (size - 1) * stride[i]! - 2 * (padding?.[i] ?? 0) + reach + 1);
    if (node.padding === 'same') return size;
    return Math.max(1, Math.floor((size + 2 * (padding?.[i] ?? 0) - reach - 1) / stride[i]!) + 1);
  });
}
