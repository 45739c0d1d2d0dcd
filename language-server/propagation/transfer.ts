import type { Activation } from '../meanfield/activation.js';
import type { RectifiedStream } from '../meanfield/rectified-stream.js';
import type { Affine, Node, Pooling, Shape } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';
import type { Activations } from './activations.js';
import type { ClassTokens } from './class-tokens.js';
import type { Extent } from './extent.js';
import type { Profile } from './profile.js';
import type { Term } from './shared-parts.js';
import type { Signal } from './signal.js';

/** What is known of a node's output after the forward sweep. */
export interface NodeState {
  /** `null` where it cannot be known; `reason` says why. */
  readonly signal: Signal | null;
  readonly reason: string | null;
  /** A normalization made its length known again behind something that is not: what inputs and positions have in common is not known. */
  readonly restarted: boolean;
  readonly channels: Quantity | null;
  readonly extent: Extent;
  /** How the second moment is spread over the positions; `null`: evenly. */
  readonly profile: Profile | null;
  /** The same of the product of a channel's mean at a position with its mean over all; `null`: as roots of `profile`. Only a normalization asks for it. */
  readonly means: (() => Profile) | null;
  /** How squared gradients pass from this output to each input. */
  readonly backward: readonly (Backward | null)[];
  /** The pre-activations behind this output, if it is φ of a Gaussian: max-pooling needs them. */
  readonly gaussian: GaussianOrigin | null;
  /** No entry is below 0. */
  readonly nonNegative: boolean;
  /** The node whose entries these are, rearranged at most: adding a tensor to itself doubles it. */
  readonly origin: number;
  /** Of a sum that holds some tensors more than once: its terms. */
  readonly multiples: readonly Term[] | null;
  /** The output holds its inputs side by side, so that each gets only its part of the gradient. */
  readonly concatenated: boolean;
  /** Of a concatenation: the shares of its inputs in its channels. */
  readonly shares: readonly number[] | null;
  /** Spread of the variance over channels, E[1/s²]·E[s²] ≥ 1: what a normalization of each channel makes of gradients. */
  readonly unevenness: number;
  /** Distribution of the entries of a rectified sum, which is far from Gaussian. */
  readonly stream: RectifiedStream | null;
  /** Of a sum: the rectified stream in it, and all else. */
  readonly rectified: Rectified | null;
  /** Of a max-pooling: what it takes the largest of, so that another one behind it takes the largest of more. */
  readonly maximum: Maximum | null;
  /** The logits or the weights of attention, on the way from the product of queries and keys to that with the values. */
  readonly attention: Attention | null;
  /** Tokens beside those of a map, where they are not as the others; `signal` is the mean over all. */
  readonly tokens: ClassTokens | null;
  /** Of a recurrent layer, whose units start from 0: the signal at the first and at the last step, and what is left at the end of each direction. */
  readonly ends: Ends | null;
  /** Of a concatenation: its parts with their shares of the channels, which a normalization of each channel tells apart. */
  readonly parts: readonly Part[] | null;
}

export interface Ends {
  readonly first: Signal;
  readonly last: Signal;
  readonly final: Signal;
  readonly channels: Quantity | null;
  /** Factor on the squared gradient from one step to the one before, of the layer that keeps most; `null`: not known. */
  readonly rate: number | null;
}

export interface Maximum {
  readonly window: Node & Pooling;
  readonly source: NodeState;
}

export interface Rectified {
  readonly stream: RectifiedStream;
  /** Variance of all else relative to the stream's second moment. */
  readonly branch: number;
  /** The stream's share of the second moment of the sum. */
  readonly share: number;
  /** Squared gain of the branches, relative to that of the stream; `null`: as that of the signals. */
  readonly chi: number | null;
}

export interface Attention {
  readonly stage: 'logits' | 'weights';
  /** It averages channels, not tokens. */
  readonly ofChannels: boolean;
  /** Keys, all of which a query sees unless it is causal; `null`: not known. */
  readonly tokens: number | null;
  /** Each query sees the keys up to its own place. */
  readonly causal: boolean;
  /** Variance of what differs between keys in the logits of one query. */
  readonly variance: number;
  /** Correlation of that between two inputs. */
  readonly shared: number;
  /** (Σ a)², which is 1 until heads are mixed. */
  readonly total: number;
  /** Σ a² over the keys. */
  readonly share: number;
  /** The same of the last query, which sees all keys. */
  readonly lastShare: number;
  /** Σ a a′ for two queries of one input. */
  readonly overlap: number;
  /** Σ a_a a_b for two inputs. */
  readonly cross: number;
  /** Σ a² − 2 Σ a³ + (Σ a²)²: of independent gradients with respect to the weights what reaches the logits. */
  readonly through: number;
  /** The same of the last query. */
  readonly lastThrough: number;
}

export interface Part {
  readonly nonNegative: boolean;
  readonly share: number;
  readonly signal: Signal;
  readonly gaussian: GaussianOrigin | null;
  readonly unevenness: number;
}

/** Factor on the total squared norm of the gradient, and what becomes of its correlation between positions: offset + gain·ρ. */
export interface Backward {
  readonly logFactor: number;
  /** ln of what a mean or a sum over positions does to squared norms, which is a part of `logFactor`; absent: 0. */
  readonly taken?: number;
  readonly offset: number;
  readonly gain: number;
  /** What becomes of its correlation between samples of a batch; absent: the same as between positions. */
  readonly crossGain?: number;
  /** Of an activation below a max-pooling: the same for gradients that arrive at maxima, where its inputs are largest and not typical. */
  readonly atMaxima?: { readonly logFactor: number; readonly gain: number; readonly alongGain: number };
  /** Of an activation: (E φ′(y) y)²/(q D), the share along y of what gradients have in common. */
  readonly alongGain?: number;
  /** Share of the squared gradient that a normalization projects away, from the gradient's coherence between positions. */
  readonly removed?: (gradient: Coherence) => { readonly total: number; readonly mean: number };
  /** Factor by which overlapping windows add what gradients have in common, from their coherence, the share of class tokens, and what neighbours share. */
  readonly gathered?: (coherence: number, tokens: number, near: number) => number;
  /** What becomes of the coherence where offset + gain·ρ is not enough, from the same. */
  readonly mixed?: (coherence: number, tokens: number, near: number) => number;
  /** Of an activation: what is left of the correlation between neighbouring positions; absent: as much as between any two. */
  readonly nearGain?: number;
  /** Of an interpolation: the correlation between neighbouring positions below it, from that above, both beyond what all positions share. */
  readonly neighbours?: (near: number) => number;
  /** Of a normalization of each channel: how uneven gradients of channels become, which weights of the layer before it undo. */
  readonly unevenness?: number;
  /** Of a normalization over a concatenation: how the gradient divides among its parts. */
  readonly partShares?: readonly number[];
  /**
   * Of a tensor with class tokens beside those of a map, or of attention: from their share of the squared gradient at the output the factor on
   * its norm and their share at the input; absent: both stay.
   */
  readonly tokens?: (share: number) => { readonly factor: number; readonly share: number };
  /** How the gradient's spread over positions changes, and the share of it that is not lost at the border; absent: not at all. */
  readonly spread?: (above: Profile) => { readonly profile: Profile; readonly share: number };
}

/** What gradients have in common. */
export interface Coherence {
  /** Correlation of the gradients at two positions of one feature map. */
  readonly coherence: number;
  /** Correlation of the gradients of two samples of a batch: 0, until a normalization over the batch takes their mean away. */
  readonly cross: number;
  /** Correlation of gradient times signal, between positions and between samples, behind an activation. */
  readonly along: { readonly coherence: number; readonly cross: number };
}

export interface GaussianOrigin {
  /** −1 where φ is made of the activations of several nodes. */
  readonly node: number;
  readonly phi: Activation;
  /** Moments of the pre-activations in plain units. */
  readonly signal: Signal;
}

export interface Context {
  readonly activations: Activations;
  readonly training: boolean;
  /** Samples that batch statistics are taken over; infinite where not known. */
  readonly batch: number;
  readonly states: readonly NodeState[];
  readonly shapes: readonly Shape[];
  readonly nodes: readonly Node[];
  /** Ids of the nodes that read each node. */
  readonly consumers: readonly (readonly number[])[];
  /** The first convolution or pooling over feature maps that an input feeds; `null` if it feeds none. */
  readerOfMaps(id: number): Affine | Pooling | null;
  /** Whether a node's tensor has its tokens in the first dimension and the samples in the second. */
  isSequenceFirst(id: number): boolean;
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

/** Why averages over tokens and positions stop behind something that is not known. */
export const unknownAlikeness = 'How alike tokens or positions are is not known here.';

/** The signal stops here, for this reason; what follows a normalization is known again. */
export const stops = (reason: string): Partial<NodeState> => ({ signal: null, reason, backward: [] });
