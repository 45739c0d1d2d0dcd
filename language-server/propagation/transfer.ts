import type { Activation } from '../meanfield/activation.js';
import type { Node } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';
import type { Extent } from './extent.js';
import type { Profile } from './profile.js';
import type { Signal } from './signal.js';

/** What is known of a node's output after the forward sweep. */
export interface NodeState {
  /** `null` where it cannot be known; `reason` says why. */
  readonly signal: Signal | null;
  readonly reason: string | null;
  readonly channels: Quantity | null;
  readonly extent: Extent;
  /** How squared gradients pass from this output to each input. */
  readonly backward: readonly (Backward | null)[];
  /** The pre-activations behind this output, if it is φ of a Gaussian: max-pooling needs them. */
  readonly gaussian: GaussianOrigin | null;
  /** The node whose entries these are, rearranged at most: adding a tensor to itself doubles it. */
  readonly origin: number;
  /** The output holds its inputs side by side, so that each gets only its part of the gradient. */
  readonly concatenated: boolean;
}

/** Factor on the total squared norm of the gradient, and what becomes of its correlation between positions: offset + gain·ρ. */
export interface Backward {
  readonly logFactor: number;
  readonly offset: number;
  readonly gain: number;
  /** How the gradient's spread over positions changes, and the share of it that is not lost at the border; absent: not at all. */
  readonly spread?: (above: Profile) => { readonly profile: Profile; readonly share: number };
}

export interface GaussianOrigin {
  readonly node: number;
  readonly phi: Activation;
  /** Moments of the pre-activations in plain units. */
  readonly signal: Signal;
}

export interface Context {
  readonly training: boolean;
  readonly states: readonly NodeState[];
  /** Dimensions of the feature maps that this input node feeds; 0 if it feeds no convolution. */
  readonly inputDimensions: number;
  readonly inputSecondMoment: number;
  readonly inputCosine: number;
  /** Notes what the result rests on. Repeated sentences are kept once. */
  assume(sentence: string): void;
}

/** One node kind: from the states of its inputs to its own. */
export type Transfer<K extends Node['kind']> = (
  node: Extract<Node, { kind: K }>,
  inputs: readonly NodeState[],
  context: Context,
) => Partial<NodeState>;

export const passes: Backward = { logFactor: 0, offset: 0, gain: 1 };

export const times = (squaredFactor: number, gain = 1): Backward => ({ logFactor: Math.log(squaredFactor), offset: 0, gain });

/** The signal stops here, for this reason; what follows a normalization is known again. */
export const stops = (reason: string): Partial<NodeState> => ({ signal: null, reason, backward: [] });
