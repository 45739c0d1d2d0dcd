import type { Range } from '../protocol.js';
import type { Distribution, Location } from './distribution.js';
import type { Quantity } from './quantity.js';

/** Sizes of a tensor, batch first; `null`: not even the number of dimensions is known. */
export type Shape = readonly Quantity[] | null;

/** A trainable tensor. One object a tensor: tied weights are the same object under two layers. */
export interface Parameter {
  readonly name: string;
  shape: Shape;
  /** Every write in program order; the last one rules. */
  readonly writes: Distribution[];
  /** The tensor whose copy this one is: both start with the same numbers, unless one was written since. */
  copyOf?: Parameter;
  /** Something that could not be followed received it and may have written it. */
  touched?: true;
  /** Of a touched vector: all that was written into ranges of it, where nothing else touched it. */
  parts?: VectorPart[];
  /** It is calculated anew from other tensors before each use, so that what is written into it is lost. */
  recomputed?: Recomputed;
  /** The last time that saved weights were loaded into it. */
  loaded?: LoadedWeights;
  /** The weights of each output sum up to nothing, as those of a standardized convolution. */
  centred?: true;
  /** What is assumed of its entries, as a sentence. */
  assumed?: string;
  /** `requires_grad=False`: no optimizer moves it. */
  frozen?: true;
}

/** A write into the entries `from` to `to` (exclusive) of a vector, when the whole had been written `after` times. */
export interface VectorPart {
  readonly from: number;
  readonly to: number;
  readonly write: Distribution;
  readonly after: number;
}

export interface Recomputed {
  /** `weight_norm`. */
  readonly text: string;
  readonly location: Location;
  /** What was written in vain. */
  readonly lost: Distribution[];
}

/** Saved weights that were read into the tensors of a module. */
export interface LoadedWeights {
  /** `load_state_dict`. */
  readonly text: string;
  readonly location: Location;
  /** Each tensor of the module, with the number of writes before it was loaded. */
  readonly tensors: ReadonlyMap<Parameter, number>;
}

/** What a layer's weight does: multiply its input, look rows up, drive a recurrence, or rescale what passes. */
export type Role = 'linear' | 'embedding' | 'recurrent' | 'attention' | 'normalization' | 'slope';

/** A module that owns weights, in the order of `named_modules()`, called in `forward` or not. */
export interface Layer {
  /** Empty until the model is built and its modules know where they stand. */
  path: string;
  /** The framework's name without its module: `Conv2d`. */
  readonly kind: string;
  readonly role?: Role | undefined;
  readonly location: Location;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  /** The framework's own fans of `weight`. */
  readonly fanIn: Quantity | null;
  readonly fanOut: Quantity | null;
  /** Weights truly summed into one output unit; the use of a user's own layer settles it. */
  summands: Quantity | null;
  /** Further tensors by name (`in_proj_weight`, `weight_hh_l0`). */
  readonly others: readonly Parameter[];
}

export type Node = NodeBase & Operation;

export interface NodeBase {
  readonly id: number;
  /** Path of the module that ran, or of the module whose `forward` holds the operation. */
  readonly path: string;
  /** The framework's name: `Conv2d`, `relu`, `add`. */
  readonly name: string;
  readonly location: Location;
  /** Ids of the nodes whose outputs enter, in argument order; always smaller than `id`. */
  readonly inputs: readonly number[];
  readonly shape: Shape;
}

/** What a node does with its inputs. */
export type Operation =
  | { readonly kind: 'input' }
  /** A parameter that is used as a tensor of its own: a class token, a table of positions. */
  | { readonly kind: 'parameter'; readonly parameter: Parameter }
  | Affine
  | Activation
  | Normalization
  | { readonly kind: 'dropout'; readonly variant: 'element' | 'channel' | 'alpha' | 'path'; readonly rate: Quantity | null }
  | Pooling
  | { readonly kind: 'add'; readonly coefficients: readonly number[] }
  | { readonly kind: 'multiply' }
  | {
      readonly kind: 'concatenate';
      readonly axis: number;
      /** The dimension is a new one, with an entry for each tensor. */
      readonly isStack?: true;
    }
  /** Multiplication by a constant or by a parameter (layer scale, ReZero), with that parameter where there is one. */
  | { readonly kind: 'scale'; readonly factor: number | null; readonly parameter: Parameter | null }
  | { readonly kind: 'shift'; readonly offset: number | null; readonly parameter: Parameter | null }
  | Reshape
  | Interpolation
  | {
      readonly kind: 'softmax';
      /** The dimension along which it sums up to 1; absent: not known, or it is the logarithm of a softmax. */
      readonly axis?: number;
    }
  /** Takes some of the logits away: those of later tokens, or others. */
  | { readonly kind: 'mask'; readonly causal: boolean }
  /** Product of two tensors along their last two dimensions, or by names of dimensions: `['bid', 'bjd', 'bij']`. */
  | { readonly kind: 'matmul'; readonly letters?: readonly [left: string, right: string, result: string] }
  | AttentionOperation
  | Recurrent
  /** Something that the evaluator could not follow. Signals stop here, with the reason. */
  | Opaque;

/** softmax(q kᵀ/√d) v. */
export interface AttentionOperation {
  readonly kind: 'attention';
  readonly heads: Quantity | null;
  /** Each token sees those up to itself. */
  readonly causal: boolean;
  /** It gets a mask of which it is not known what it hides. */
  readonly masked?: true;
  /** Rate at which weights are dropped; absent: none are. */
  readonly dropout?: Quantity;
  /** The factor on q kᵀ; absent: 1/√d, `null`: not known. */
  readonly scale?: number | null;
}

/** Units that read a sequence step by step. */
export interface Recurrent {
  readonly kind: 'recurrent';
  readonly cell: 'rnn' | 'lstm' | 'gru';
  readonly layer: Layer;
  /** How it runs over all steps; `null`: one step a call. */
  readonly sequence: RecurrentSequence | null;
  /** Of one that runs one step a call. */
  readonly step?: Pick<RecurrentSequence, 'hidden' | 'activation'>;
}

export interface RecurrentSequence {
  /** Layers on each other. */
  readonly depth: Quantity | null;
  /** It also reads the sequence from its end, with weights of their own. */
  readonly bidirectional: boolean;
  readonly hidden: Quantity | null;
  /** φ of a plain recurrence. */
  readonly activation: string;
  /** Rate between layers. */
  readonly dropout: Quantity | null;
  readonly batchFirst: boolean;
  /** Its output is a linear projection of the units. */
  readonly projected: boolean;
}

export interface Opaque {
  readonly kind: 'opaque';
  readonly reason: string;
  /** The layer whose work it does, with a weight that is calculated from the layer's own. */
  readonly layer?: Layer;
  /** It calculates with its inputs alone: nothing trainable works in it. */
  readonly weightless?: true;
  /** What it calculates, where it may be a step of a normalization that is written out. */
  readonly calculation?: Calculation;
}

/** Steps of statistics and of the division by them; dimensions as they are written, `null`: all. */
export type Calculation =
  | { readonly what: 'power'; readonly exponent: number }
  /** The first input, or a number, divided by the last input. */
  | { readonly what: 'quotient'; readonly dividend: number | null }
  | { readonly what: 'sum' | 'variance' | 'deviation' | 'norm'; readonly over: readonly number[] | null }
  /** A tensor times a function of itself. */
  | { readonly what: 'product' }
  /** The input where it is larger than a number, else that number. */
  | { readonly what: 'floor'; readonly at: number };

/** Upsampling, with the input's and the output's outermost positions in the middle of equal cells, or on the rim. */
export interface Interpolation {
  readonly kind: 'interpolation';
  /** Each output is the nearest input, or a mean of the two that it lies between, or of four with weights of a cubic spline. */
  readonly method: 'nearest' | 'linear' | 'cubic';
  readonly alignCorners: boolean;
  /** How many times as large each dimension becomes, or all of them; `null` where sizes are given instead. */
  readonly factors: readonly Quantity[] | null;
}

/** Rearranges, selects or copies entries: flatten, view, permute, chunk, identity. Second moments stay. */
export interface Reshape {
  readonly kind: 'reshape';
  /** Sizes as which the input is seen before its dimensions are put in order; absent: its own. */
  readonly split?: readonly Quantity[];
  /** The input's dimensions, as they leave; absent: in their order, or not known. */
  readonly order?: readonly number[];
  /** Sizes to which dimensions of one entry are repeated after that. What leaves is a view of the result. */
  readonly copies?: readonly Quantity[];
  /** What is taken of some of the input's dimensions; absent: all, or not known. */
  readonly taken?: readonly Taken[];
  /** What is put around the input, by its dimensions; absent: nothing, or not known. */
  readonly padding?: Padding;
  /** Of a recurrent layer: what its units or cells are left with at the end of the sequence, for all layers and directions. */
  readonly state?: 'hidden' | 'cell';
}

export interface Padding {
  /** Zeros, or entries of the input once more. */
  readonly zeros: boolean;
  readonly around: readonly (readonly [before: Quantity, after: Quantity])[];
}

export interface Taken {
  readonly axis: number;
  readonly from: Quantity;
  /** `null`: one entry, whose dimension is gone. */
  readonly count: Quantity | null;
}

export interface Affine {
  readonly kind: 'affine';
  readonly variant: 'dense' | 'convolution' | 'transposed' | 'embedding' | 'bilinear';
  readonly layer: Layer;
  readonly inChannels: Quantity | null;
  readonly outChannels: Quantity | null;
  /** One entry a spatial dimension; empty for dense layers. */
  readonly kernel: readonly Quantity[];
  readonly stride: readonly Quantity[];
  readonly padding: readonly Quantity[] | 'same' | 'valid';
  readonly paddingMode: 'zeros' | 'reflect' | 'replicate' | 'circular';
  readonly dilation: readonly Quantity[];
  readonly groups: Quantity;
}

export interface Activation {
  readonly kind: 'activation';
  /** Name as in `meanfield/activations`: `relu`, `leaky_relu`, `gelu_tanh`. */
  readonly activation: string;
  readonly parameters: Readonly<Record<string, number>>;
}

export interface Normalization {
  readonly kind: 'normalization';
  readonly variant: 'batch' | 'layer' | 'group' | 'instance' | 'rms' | 'vector' | 'local-response';
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly epsilon: number;
  readonly groups: Quantity | null;
  /** Entries of a vector that is divided by its norm; absent: as many as it has features. */
  readonly entries?: Quantity | null;
  /** The dimension of the features, where it is not the last one of layer normalization. */
  readonly axis?: number;
}

export interface Pooling {
  readonly kind: 'pooling';
  readonly variant: 'average' | 'max' | 'global-average' | 'global-max' | 'adaptive-average' | 'adaptive-max';
  readonly kernel: readonly Quantity[];
  readonly stride: readonly Quantity[];
  readonly padding: readonly Quantity[];
  /** Output sizes of adaptive pooling. */
  readonly target?: readonly Quantity[];
  /** Of a mean over dimensions: which ones, as they are written; `null`: all. */
  readonly over?: readonly number[] | null;
  /** It is the sum, not the mean. */
  readonly summed?: true;
}

/** A model as it would be instantiated: what the evaluator returns and the theory runs on. */
export interface Network {
  readonly name: string;
  readonly entry: string;
  readonly framework: string;
  readonly location: Location;
  readonly arguments: readonly { name: string; value: string; source: string }[];
  /** Arguments that nobody gives and that are taken as the first of what the code names; absent: none. */
  readonly chosen?: readonly { name: string; value: string }[];
  /** In the order of `named_modules()`. */
  readonly layers: readonly Layer[];
  /** In forward order: inputs of a node stand before it. */
  readonly nodes: readonly Node[];
  /** Nodes whose outputs `forward` returns. */
  readonly outputs: readonly number[];
  readonly unknown: readonly Unknown[];
  /** Number of samples in the batch that the user declared; absent: not known, and taken as large. */
  readonly batch?: number;
  /** What was assumed about what runs it and what it gets, in sentences. */
  readonly assumed?: readonly string[];
  /** Every registered trainable tensor with its path, in the order of `named_parameters()`, each once. */
  readonly tensors?: readonly { readonly path: string; readonly parameter: Parameter }[];
  /** Layers that `forward` uses although no module registers them. */
  readonly unregistered?: readonly UnregisteredLayers[];
  /** Walks over modules and parameters that ran while the model was built. */
  readonly visits?: readonly InitializerVisit[];
  /** Conditions on names in such walks that never held. */
  readonly nameTests?: readonly NameTest[];
  /** Initializers of the analysed file that nothing in it calls. */
  readonly uncalled?: readonly UncalledInitializer[];
  /** Where the file itself makes this model, so that what it does to it later is seen. */
  readonly builtAt?: Location;
}

/** A walk of the user's code over the parts of a module. */
export interface InitializerVisit {
  readonly how: 'apply' | 'modules' | 'children' | 'parameters';
  /** Path of the module whose parts it walks over. */
  readonly below: string;
  readonly location: Location;
  /** `self.apply(self._init_weights)`, `self.children()`. */
  readonly text: string;
  /** What runs at each part. */
  readonly code: string;
  /** The function that it stands in; `null` outside of functions. */
  readonly within: Range | null;
  /** Tensors that were there when it ran. */
  readonly passed: ReadonlySet<Parameter>;
  /** Those that it wrote. */
  readonly reached: ReadonlySet<Parameter>;
}

/** One question about a name, with the texts of which one must fit. */
export interface TextTest {
  readonly operation: 'contains' | 'equals' | 'starts' | 'ends';
  readonly texts: readonly string[];
}

/** A condition on names that never held, with the names that were asked about. */
export interface NameTest {
  readonly text: string;
  readonly location: Location;
  readonly tests: readonly TextTest[];
  /** Whether all of them must hold, or one. */
  readonly combined: 'all' | 'any';
  /** Names as the code saw them, with the path of the module that they are counted from. */
  readonly names: readonly { readonly below: string; readonly name: string }[];
}

export interface UncalledInitializer {
  readonly name: string;
  /** Its name in the definition. */
  readonly location: Location;
  readonly text: string;
  /** Path of the first module that has it as a method. */
  readonly path: string;
  /** The class of that module, where the method is its own; `null` for inherited methods and for functions outside of classes. */
  readonly owner: string | null;
  /** It wants a module, as `apply` gives it. */
  readonly takesModule: boolean;
  /** The module has all attributes that it asks of it: code that never ran may have been left behind. */
  readonly complete: boolean;
  /** Tensors of that module. */
  readonly parameters: readonly Parameter[];
}

/** An attribute of a module that keeps layers in a plain list, tuple or dictionary, where the framework does not look. */
export interface UnregisteredLayers {
  /** Path of the attribute: `encoder.layers`. */
  readonly path: string;
  readonly container: 'list' | 'tuple' | 'dict';
  /** Where the attribute is assigned. */
  readonly location: Location;
  readonly layers: readonly Layer[];
  /** Each of its members is a module; that of a dictionary has a text for its key. */
  readonly flat: boolean;
}

export interface Unknown {
  readonly reason: string;
  readonly location: Location;
  readonly path: string | null;
}
