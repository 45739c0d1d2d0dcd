import type { Node } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';
import type { Weights } from './draw.js';
import type { Random } from './random.js';
import type { Tensor } from './tensor.js';

/** What one node computed, and how it passes a gradient on. */
export interface Result {
  readonly output: Tensor;
  /** ∂f/∂input for each input, from ∂f/∂output; `null` where nothing flows. */
  backward(gradient: Float64Array): readonly (Float64Array | null)[];
  /** ∂f/∂W of the layer's weight; of a table the rows that were read. */
  weightGradient?(gradient: Float64Array): Float64Array;
}

/** What an operation may ask of the simulation. */
export interface World {
  readonly random: Random;
  readonly weights: Weights;
  readonly training: boolean;
  /** A size as it is simulated. */
  size(quantity: Quantity | null | undefined): number;
  /** A size of the first dimension, which holds the samples, as it is simulated. */
  samples(quantity: Quantity | null | undefined): number;
  /** A number of channels as it is simulated. */
  channels(quantity: Quantity | null | undefined): number;
  /** Notes multiplications before they are made. @throws NotSimulated where they are too many */
  spend(multiplications: number): void;
  /** The nodes of the network, for those whose meaning depends on their neighbours. */
  readonly nodes: readonly Node[];
  /** Factor on numbers of channels. */
  readonly width: number;
  /** True where maps are as large as the model's own. */
  readonly fullMaps: boolean;
  /** True where channels are as many, too. */
  readonly fullSize: boolean;
}

/** One node kind: from the tensors that enter to the one that leaves. */
export type Operate<K extends Node['kind']> = (
  node: Extract<Node, { kind: K }>,
  inputs: readonly Tensor[],
  world: World,
) => Result;
