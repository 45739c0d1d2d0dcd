import { NotSimulated } from './draw.js';
import { sizeOf } from './tensor.js';

/** How a window slides along one dimension. */
export interface Slide {
  readonly kernel: number;
  readonly stride: number;
  /** Positions that are added before and after. */
  readonly padding: readonly [before: number, after: number];
  readonly dilation: number;
}

export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** Where each tap of a window meets the map: `index[tap · outputs + output]`, −1 on padding. */
export interface Windows {
  readonly index: Int32Array;
  readonly taps: number;
  readonly outputs: number;
  /** Sizes of the map that leaves. */
  readonly extent: readonly number[];
}

export function windows(
  extent: readonly number[],
  slides: readonly Slide[],
  mode: PaddingMode = 'zeros',
  sizes?: readonly number[],
): Windows {
  let index = Int32Array.of(0);
  const out = slides.map((slide, i) => sizes?.[i] ?? outputSize(extent[i]!, slide));
  if (out.some((size) => !(size >= 1))) throw new NotSimulated('A feature map becomes smaller than the window over it.');
  let taps = 1;
  let outputs = 1;
  slides.forEach(({ kernel, stride, padding, dilation }, i) => {
    const size = extent[i]!;
    const next = new Int32Array(taps * kernel * outputs * out[i]!);
    for (let t = 0; t < taps; t++)
      for (let k = 0; k < kernel; k++)
        for (let o = 0; o < outputs; o++)
          for (let p = 0; p < out[i]!; p++) {
            const before = index[t * outputs + o]!;
            const at = padded(p * stride + k * dilation - padding[0], size, mode);
            next[((t * kernel + k) * outputs + o) * out[i]! + p] = before < 0 || at < 0 ? -1 : before * size + at;
          }
    index = next;
    taps *= kernel;
    outputs *= out[i]!;
  });
  return { index, taps, outputs: sizeOf(out), extent: out };
}

const outputSize = (size: number, { kernel, stride, padding: [before, after], dilation }: Slide): number =>
  Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;

function padded(at: number, size: number, mode: PaddingMode): number {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case 'circular':
      return ((at % size) + size) % size;
    case 'replicate':
      return at < 0 ? 0 : size - 1;
    case 'reflect': {
      const turned = at < 0 ? -at : 2 * (size - 1) - at;
      return turned >= 0 && turned < size ? turned : -1;
    }
    default:
      return -1;
  }
}
