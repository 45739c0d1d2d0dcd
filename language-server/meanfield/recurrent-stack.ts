import type { Unrolled } from './recurrent-cell.js';
import { TimeMatrix } from './time-matrix.js';

/** One layer of a stack, its reverse direction beside it where there is one. */
export interface StackLayer {
  readonly unroll: (own: TimeMatrix, cross: TimeMatrix) => Unrolled;
  /** Share of entries that dropout leaves between this layer and the next. */
  readonly keep: number;
}

/**
 * Layers on each other, of which each may read its input in both directions with weights of their own: then a step of the output holds both.
 * All steps have one law, so that the reverse direction is the mirror image of the other.
 */
export class RecurrentStack {
  private readonly layers: readonly { readonly unrolled: Unrolled; readonly keep: number }[];
  /** E h_t h_s of one direction of the last layer. */
  readonly direction: TimeMatrix;
  readonly own: TimeMatrix;
  readonly cross: TimeMatrix;

  /** @param input covariances of its entries, the same seen from both ends */
  constructor(
    layers: readonly StackLayer[],
    private readonly bidirectional: boolean,
    input: { readonly own: TimeMatrix; readonly cross: TimeMatrix },
  ) {
    let { own, cross } = input;
    let direction = own;
    this.layers = layers.map(({ unroll, keep }) => {
      const unrolled = unroll(own, cross);
      direction = unrolled.own;
      own = dropped(this.joined(unrolled.own), keep);
      cross = this.joined(unrolled.cross);
      return { unrolled, keep };
    });
    this.direction = direction;
    this.own = own;
    this.cross = cross;
  }

  /**
   * Of each layer the factor on the squared gradient from one step to the one before, several steps back from where it arrives, when only what
   * the layer itself hands on through time counts; `null` where too few steps are followed to tell.
   */
  rates(): readonly (number | null)[] {
    return this.layers.map(({ unrolled }) => {
      const last = unrolled.own.steps - 1;
      const far = Math.min(last, 20);
      if (far < 8) return null;
      const gradient = unrolled.backward(new TimeMatrix(last + 1, (t, s) => (t === last && s === last ? 1 : 0)));
      const at = (lag: number) => gradient.at(last - lag, last - lag);
      return at(4) > 0 ? (at(far) / at(4)) ** (1 / (far - 4)) : 0;
    });
  }

  private joined(forwards: TimeMatrix): TimeMatrix {
    if (!this.bidirectional) return forwards;
    const last = forwards.steps - 1;
    return new TimeMatrix(forwards.steps, (t, s) => (forwards.at(t, s) + forwards.at(last - t, last - s)) / 2);
  }

  /**
   * Inner products of gradients with respect to the input at two steps.
   *
   * @param output of those that arrive, at the steps of each direction's own order where `ends`, else at those of the sequence
   */
  backward(output: TimeMatrix, ends = false): TimeMatrix {
    let gradient = output;
    for (const [i, { unrolled, keep }] of [...this.layers.entries()].toReversed()) {
      const arriving = dropped(gradient, keep);
      const last = arriving.steps - 1;
      if (!this.bidirectional) {
        gradient = unrolled.backward(arriving);
        continue;
      }
      const own = ends && i === this.layers.length - 1;
      const forwards = unrolled.backward(arriving);
      const mirrored = own ? arriving : new TimeMatrix(arriving.steps, (t, s) => arriving.at(last - t, last - s));
      const reverse = unrolled.backward(mirrored);
      gradient = new TimeMatrix(arriving.steps, (t, s) => (forwards.at(t, s) + reverse.at(last - t, last - s)) / 2);
    }
    return gradient;
  }
}

/** Masks are drawn anew for each step: what two steps have in common stays. */
const dropped = (matrix: TimeMatrix, keep: number): TimeMatrix =>
  keep === 1 ? matrix : new TimeMatrix(matrix.steps, (t, s) => matrix.at(t, s) / (t === s ? keep : 1));
