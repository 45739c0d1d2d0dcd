import type { Distribution, Family, Source } from '../network/distribution.js';
import type { Affine, Layer, Operation, Parameter, Shape } from '../network/graph.js';
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
  /** Top-level packages whose names are looked up here: `torch`. */
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
  /** Classes that are compositions of others, written in the user's language and evaluated like user code. */
  readonly library: string;
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
  /** Attributes besides the arguments themselves, as expressions in the arguments: `{ num_features: 'num_features' }`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Says why the row's numbers hold: `kaiming_uniform_(a=√5), hence σ_w² = 1/3`. */
  readonly source?: string;
}

export interface TensorRow {
  readonly name: string;
  /** Comma-separated expressions in the arguments; `*kernel_size` spreads a tuple. */
  readonly shape: string;
  /** The tensor exists if this expression is true; absent: always. */
  readonly when?: string;
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
}

export interface Operated {
  readonly operation: Operation;
  readonly shape: Shape;
}

export interface FunctionRow {
  readonly signature: string;
  /** Parameters that take tensors (or sequences of tensors) that become inputs of the node. */
  readonly tensors: readonly string[];
  readonly operation: OperationRow;
}

export interface InitializerRow {
  readonly signature: string;
  readonly family: Family;
  /** Expressions in the arguments, `fanIn`, `fanOut`, `rows`, `columns`, and the functions of the expression language. */
  readonly mean?: string;
  readonly variance: string;
  /** How a user reads the variance. */
  readonly formula?: string;
  readonly source?: string;
}

export interface ValueRow {
  readonly signature: string;
  /** `undefined`: not known; a thrown `RangeError` is what the framework itself would raise. */
  readonly value: (bound: Arguments) => Argument;
}

/** What the functions of `frameworks/index.ts` build; declared here so that the evaluator can be written against it. */
export interface FrameworkFunctions {
  /** Follows `aliases`; `null`: the framework has no such name. */
  resolve(framework: Framework, dottedName: string): Resolved | null;
  /** Builds parameters with their default distributions and the layer that owns them (if it has any). */
  instantiate(
    framework: Framework,
    name: string,
    row: ModuleRow,
    bound: Arguments,
    place: Pick<Layer, 'path' | 'location'>,
  ): Instantiated;
  /** The distribution that an initializer call gives to a parameter of this shape. */
  initialize(
    framework: Framework,
    name: string,
    row: InitializerRow,
    bound: Arguments,
    shape: Shape,
    source: Source,
  ): Distribution;
}

export type Resolved =
  | { readonly kind: 'module'; readonly name: string; readonly row: ModuleRow }
  | { readonly kind: 'function'; readonly name: string; readonly row: FunctionRow }
  | { readonly kind: 'initializer'; readonly name: string; readonly row: InitializerRow }
  | { readonly kind: 'value'; readonly name: string; readonly row: ValueRow }
  /** A class written in `library`. */
  | { readonly kind: 'library'; readonly name: string };

export interface Instantiated {
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly layer: Layer | null;
  readonly attributes: Arguments;
}

export type { Affine };
