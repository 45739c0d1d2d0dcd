import type { Family } from '../network/distribution.js';
import type { Layer, Operation, Parameter, Role, Shape, Taken } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';

/**
 * What a framework's classes and functions mean, as data. The evaluator binds arguments and asks; it knows no framework.
 *
 * Rows are keyed by full dotted name (`torch.nn.Linear`); other public spellings of the same thing stand in `aliases`.
 */
export interface Framework {
  readonly name: string;
  /** Shown to users: `PyTorch`. */
  readonly label: string;
  /** Top-level packages whose names are looked up here: `torch`, and then those of libraries around it. */
  readonly packages: readonly string[];
  /** `torch.nn.modules.linear.Linear` → `torch.nn.Linear`. A prefix that ends in `.` renames all names below it. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly modules: Readonly<Record<string, ModuleRow>>;
  /** Free functions, by dotted name. */
  readonly functions: Readonly<Record<string, FunctionRow>>;
  /** Methods of a symbolic tensor, by name; the tensor is the first parameter, `self`. */
  readonly methods: Readonly<Record<string, FunctionRow>>;
  /** Functions that rewrite a parameter in place: `torch.nn.init.normal_`, and by `Tensor.` the methods: `Tensor.fill_`. */
  readonly initializers: Readonly<Record<string, InitializerRow>>;
  /** Functions on plain values: `torch.nn.init.calculate_gain`, `torch.linspace`. */
  readonly values: Readonly<Record<string, ValueRow>>;
  /** Functions that make tensors with a distribution: `torch.randn`, `torch.empty`, and by `Tensor.` methods: `Tensor.new_zeros`. */
  readonly creators: Readonly<Record<string, CreatorRow>>;
  /** The class that makes a tensor trainable: `torch.nn.Parameter`. */
  readonly parameterClass: string;
  /** Base class of all modules: `torch.nn.Module`. */
  readonly moduleClass: string;
  /** Classes without a row that others derive from, with their own bases: what `isinstance` asks for. */
  readonly abstract: Readonly<Record<string, readonly string[]>>;
  /** Of these classes, with those that derive from them, only what matters to models is told: what else they have is not known. */
  readonly open: readonly string[];
  /** Classes that are compositions of others, written in the user's language and evaluated like user code. */
  readonly library: string;
  /** Full names of the classes and functions in `library`, by their short names there. */
  readonly libraryNames: Readonly<Record<string, string>>;
  /** Functions that return their first argument or nothing and leave the network as it is: `torch.compile`, `torch.manual_seed`. */
  readonly transparent: Readonly<Record<string, 'first' | 'none' | 'false' | 'decorator'>>;
  /** Other names under which functions take an argument: NumPy's `axis` for `dim`. */
  readonly otherNames: Readonly<Record<string, string>>;
  /** The framework's own fans of a weight tensor; `null` where it has none (fewer than two dimensions). */
  fans(shape: Shape): { fanIn: Quantity; fanOut: Quantity } | null;
}

/** A value as a row sees it. `undefined` inside: the evaluator does not know it. */
export type Argument = Quantity | string | boolean | null | undefined | readonly Argument[];

/** Arguments after binding to a signature, by parameter name. */
export type Arguments = Readonly<Record<string, Argument>>;

export interface ModuleRow {
  /** Python parameter list without `self`: `in_features, out_features, bias=True`. */
  readonly signature: string;
  /** Tensors that the module owns, in the framework's order. */
  readonly tensors: readonly TensorRow[];
  /** Weights truly summed into one output unit, as an expression in the arguments and `fanIn`; absent: `fanIn`. */
  readonly summands?: string;
  readonly operation: OperationRow;
  /** What the layer does with its input: only `linear` layers have σ_w². Absent for modules without weights. */
  readonly role?: Role;
  /** Arguments in the form that the expressions want: `kernel_size=3` of a two-dimensional convolution becomes `[3, 3]`. */
  readonly prepare?: (bound: Arguments) => Arguments;
  /** Conditions that the framework checks, with what is wrong where one does not hold. */
  readonly requires?: readonly (readonly [condition: string, message: string])[];
  /** An argument that the framework reads off the first input (`LazyLinear`): a symbol of that name until then. */
  readonly lazy?: string;
  /** Classes that it derives from, besides the module class. */
  readonly bases?: readonly string[];
  /** Attributes besides the arguments themselves, as expressions in the arguments: `{ num_features: 'num_features' }`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Tensors that belong to the module's state but are not trained, by name, with the constant that they start from. */
  readonly buffers?: { readonly when: string; readonly values: Readonly<Record<string, number>> };
  /** Says why the row's numbers hold: `kaiming_uniform_(a=√5), hence σ_w² = 1/3`. */
  readonly source?: string;
}

export interface TensorRow {
  /** Variables in braces are filled in, as they are or as the place in a list: `weight_ih_l{layer}{direction:,_reverse}`. */
  readonly name: string;
  /** Variables that run from 0 up to the value of an expression; neighbouring rows with the same `each` are repeated together. */
  readonly each?: readonly (readonly [variable: string, count: string])[];
  /** Comma-separated expressions in the arguments; `*kernel_size` spreads a tuple. */
  readonly shape: string;
  /** The tensor exists if this expression is true; absent: always. */
  readonly when?: string;
  /** The argument that gives its contents, where it is given. */
  readonly contents?: string;
  readonly initial: InitialRow;
}

export interface InitialRow {
  readonly family: Family;
  /** Expressions in the arguments, `fanIn` and `fanOut` of the module's `weight`. */
  readonly mean?: string;
  readonly variance: string;
}

/** From bound arguments and input shapes to what a node does; a string says why it cannot. */
export type OperationRow = (context: OperationContext) => Operated | string;

export interface OperationContext {
  readonly arguments: Arguments;
  /** Shapes of the tensors that entered, in argument order. */
  readonly inputs: readonly Shape[];
  /** The layer that owns the tensors; `null` for functions and for modules without weights. */
  readonly layer: Layer | null;
  /** Place of the weight among the tensors of an argument that takes several. */
  readonly weightAt?: number;
  /** Arguments of a function that are parameters: the weight of a functional layer. */
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** Shape of an argument of a function that is a tensor; `null` of others. */
  readonly shapeOf?: (argument: string) => Shape;
  /** The mask that a function was given leaves each token those up to itself. */
  readonly causal?: boolean;
  /** It was given a mask that is another one. */
  readonly masked?: boolean;
  /** Where the call of a function stands. */
  readonly place?: Pick<Layer, 'path' | 'location'>;
}

export interface Operated {
  readonly operation: Operation;
  readonly shape: Shape;
  /** What the call returns where that is more than one tensor: each is made from the node itself. */
  readonly outputs?: readonly Output[];
}

export type Output =
  | { readonly shape: Shape; readonly taken?: readonly Taken[]; readonly state?: 'hidden' | 'cell' }
  | readonly Output[];

export interface FunctionRow {
  readonly signature: string;
  /** Parameters that take tensors (or sequences of tensors) that become inputs of the node. */
  readonly tensors: readonly string[];
  /** What it makes of a tensor whose entries are all the same known number, given by the name of its first tensor. */
  readonly constant?: (bound: Arguments) => number | undefined;
  /** What it keeps of a matrix lies on one side of the diagonal: made of plain numbers, it is a mask. */
  readonly triangular?: true;
  /** A parameter that tells which logits are left out. */
  readonly mask?: string;
  /** Of these, the one that is the weight of a layer, and no input, where it is a trainable tensor; of several, the only such one. */
  readonly weight?: string;
  readonly operation: OperationRow;
}

export interface InitializerRow {
  readonly signature: string;
  readonly family: Family | ((environment: Arguments) => Family);
  /** Further values for the expressions, computed from the arguments; throws RangeError where the framework refuses them. */
  readonly prepare?: (bound: Arguments) => Arguments;
  /** Conditions that the framework checks, also on `rows` and `dimensions` of the tensor, with what is wrong where one does not hold. */
  readonly requires?: readonly (readonly [condition: string, message: string])[];
  /** The framework refuses tensors with fewer than two dimensions. */
  readonly needsFans?: boolean;
  /** Expressions in the arguments, `fanIn`, `fanOut`, the tensor's `dimensions`, `rows`, `channels` (second size), `columns` (∏ of all but the first). */
  readonly mean?: string;
  readonly variance: string;
  /** How a user reads the variance. */
  readonly formula?: string;
  /** In-place scaling (`mul_`): the factor on what is there; `undefined`: not known. */
  readonly scales?: (bound: Arguments) => number | undefined;
  /** Arguments that neither the formula nor the variance tells, and that a reader asks for. */
  readonly tells?: readonly string[];
  /** From here on the tensor is calculated from others before each use: what is there stays, what is written later is lost. */
  readonly recomputes?: string;
  /** The argument whose numbers it takes over (`copy_`), where they are those of a tensor with a known distribution. */
  readonly copies?: string;
  readonly source?: string;
}

export interface CreatorRow {
  readonly family: Family;
  /** `null`: not known. */
  readonly mean: number | null;
  readonly variance: number | null;
  /**
   * Where the sizes stand: all positional arguments, the last one alone, the shape of a tensor that is given, the ends of a range, or in values
   * that are not followed.
   */
  readonly sizes: 'positional' | 'last' | 'like' | 'counted' | 'unknown';
  /** A sequence in place of the sizes is the contents: `torch.Tensor([0.5])`. */
  readonly sizesOrData?: boolean;
  /** The first argument is the contents, a number or a tensor: `torch.tensor(0.5)`. */
  readonly contents?: boolean;
  /** Name of the argument that holds the constant of `torch.full`. */
  readonly fill?: string;
  /** Position of that argument; absent: 1. */
  readonly fillPosition?: number;
}

export interface ValueRow {
  readonly signature: string;
  /** `undefined`: not known; a thrown `RangeError` is what the framework itself would raise. */
  readonly value: (bound: Arguments) => Argument;
  /** The result is a float even where it is a whole number. */
  readonly float?: boolean;
  /** A list that it returns is a tensor of known numbers (arithmetic goes entry by entry), a list of lists several such tensors. */
  readonly array?: boolean;
  /** A list that it returns is one such tensor, with several axes if it is a list of lists. */
  readonly table?: boolean;
  /** Second moment of the result for numbers that are not known, as that of a sine of many angles. */
  readonly ofUnknown?: number;
  /** The result is a list of tables: several tensors of known numbers, with several axes. */
  readonly grids?: boolean;
}

export type Resolved =
  | { readonly kind: 'module'; readonly name: string; readonly row: ModuleRow }
  | { readonly kind: 'function'; readonly name: string; readonly row: FunctionRow }
  | { readonly kind: 'initializer'; readonly name: string; readonly row: InitializerRow }
  | { readonly kind: 'value'; readonly name: string; readonly row: ValueRow }
  | { readonly kind: 'creator'; readonly name: string; readonly row: CreatorRow }
  | { readonly kind: 'transparent'; readonly name: string; readonly result: 'first' | 'none' | 'false' | 'decorator' }
  /** The class that makes a tensor trainable. */
  | { readonly kind: 'parameter'; readonly name: string }
  /** A class that others derive from, the module class among them. */
  | { readonly kind: 'abstract'; readonly name: string; readonly bases: readonly string[] }
  /** A class or function written in `library`, with its short name there. */
  | { readonly kind: 'library'; readonly name: string; readonly local: string };

export interface Instantiated {
  /** By name in the framework's order; `null` where the module declares a tensor that these arguments leave out. */
  readonly parameters: ReadonlyMap<string, Parameter | null>;
  /** What the framework would refuse, in words. */
  readonly problems: readonly string[];
  readonly layer: Layer | null;
  readonly attributes: Arguments;
}
