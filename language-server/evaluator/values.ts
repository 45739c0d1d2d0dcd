import type { Arguments, FunctionRow, InitializerRow, ModuleRow, ValueRow } from '../frameworks/framework.js';
import type { Location } from '../network/distribution.js';
import type { Layer, Parameter, Shape } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import type { FunctionOfNoise } from './functions-of-noise.js';
import type { PartOf } from './matrix-parts.js';
import type { Scope, SourceFile } from './scope.js';
import type { Walk } from './visits.js';

/** What an expression of the analysed program evaluates to. */
export type Value =
  | None
  | { readonly kind: 'ellipsis' }
  | BoolValue
  | NumberValue
  | StringValue
  | ListValue
  | TupleValue
  | RangeValue
  | DictValue
  | SetValue
  | SliceValue
  | FunctionValue
  | BoundMethod
  | Builtin
  | ClassValue
  | Instance
  | SuperValue
  | Descriptor
  | Namespace
  | FrameworkFunction
  | ParameterValue
  | Tensor
  | Unknown;

export interface None {
  readonly kind: 'none';
}

export interface BoolValue {
  readonly kind: 'bool';
  readonly value: boolean;
}

/** An int or float, or a symbolic size. */
export interface NumberValue {
  readonly kind: 'number';
  readonly value: Quantity;
  readonly float: boolean;
}

export interface StringValue {
  readonly kind: 'string';
  readonly value: string;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: Value[];
  /** A one-dimensional tensor of known numbers (`torch.linspace`): arithmetic goes entry by entry. */
  readonly array?: true;
  /** An array of numpy: `size` is a number there. */
  readonly numpy?: true;
  /** The parts of a module, so that a loop over them is known as a walk. */
  readonly walk?: { readonly how: Walk; readonly root: Instance };
}

export interface TupleValue {
  readonly kind: 'tuple';
  readonly items: readonly Value[];
  /** Names of the fields of a named tuple. */
  readonly fields?: readonly string[];
}

/** Kept unexpanded: `range(10**9)` is one value. */
export interface RangeValue {
  readonly kind: 'range';
  readonly start: Quantity;
  readonly stop: Quantity;
  readonly step: number;
}

export interface DictValue {
  readonly kind: 'dict';
  /** By `keyOf(key)`, in order of insertion. */
  readonly entries: Map<string, { readonly key: Value; value: Value }>;
  /** `collections.defaultdict`: what makes a missing value. */
  readonly missing?: Value;
  /** `globals()`, `vars(x)`: all names that there are, and no list of what may be chosen. */
  readonly ofNames?: true;
  /** Name of `**settings` that may hold more than is known. */
  readonly open?: string;
}

export interface SetValue {
  readonly kind: 'set';
  readonly entries: Map<string, Value>;
}

export interface SliceValue {
  readonly kind: 'slice';
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  /** `function_definition` or `lambda`. */
  readonly node: SyntaxNode;
  readonly scope: Scope;
  readonly file: SourceFile;
  readonly parameters: readonly ParameterDefinition[];
  /** Class whose body defines the function: what `super()` starts from. */
  readonly owner: { class: ClassValue | null };
  readonly attributes: Map<string, Value>;
  /** It has a decorator that is not known, which may give it arguments: `@hydra.main`, `@click.command`. */
  readonly isGivenMore?: true;
}

export interface ParameterDefinition {
  readonly name: string;
  readonly kind: 'positional-only' | 'normal' | 'rest' | 'keyword-only' | 'keywords';
  readonly default: Value | null;
  readonly annotation: SyntaxNode | null;
}

export interface BoundMethod {
  readonly kind: 'bound';
  readonly self: Value;
  readonly function: Value;
}

/** A function that the evaluator itself provides. */
export interface Builtin {
  readonly kind: 'builtin';
  readonly name: string;
  readonly call: (call: Call) => Value;
  /** `chain.from_iterable`. */
  readonly members?: ReadonlyMap<string, Value>;
}

export interface Call {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  /** The call itself, for locations. */
  readonly node: SyntaxNode;
  /** No program makes it: whoever does may give more, to `*sizes` and `**settings`. */
  readonly isMadeUp?: true;
}

export interface ClassValue {
  readonly kind: 'class';
  readonly name: string;
  /** Full dotted name of a framework's class. */
  readonly qualified: string | null;
  readonly bases: readonly Value[];
  /** This class and its ancestors, in the order in which attributes are looked up. */
  readonly resolution: readonly ClassValue[];
  readonly attributes: Map<string, Value>;
  readonly node: SyntaxNode | null;
  readonly file: SourceFile | null;
  /** What the framework says of it. */
  readonly row: ModuleRow | null;
  /** Ancestors that the evaluator does not know. */
  readonly unknownBase: Unknown | null;
  /** What it has besides what is known of it; `null`: all of it is known. */
  readonly beyond: Unknown | null;
  /** `enum.Enum`, `typing.NamedTuple` and the like change what a class body means. */
  flavour: 'plain' | 'enum' | 'dataclass' | 'namedtuple' | 'exception' | 'dict';
}

export interface Instance {
  readonly kind: 'instance';
  readonly class: ClassValue;
  readonly attributes: Map<string, Value>;
  /** Present in instances of the framework's module class. */
  readonly module: ModuleState | null;
  readonly location: Location;
  /** Built while another module was being built. */
  readonly nested: boolean;
}

/** What a framework module keeps track of by itself. */
export interface ModuleState {
  readonly children: Map<string, Instance | None>;
  readonly parameters: Map<string, ParameterValue | None>;
  /** The row that gave the instance its parameters, with the arguments it was given. */
  built: { readonly name: string; readonly row: ModuleRow; readonly arguments: Arguments } | null;
  layer: Layer | null;
  /** First path under the model, known once it is built. */
  path: string | null;
  /** It ran in `forward`. */
  called?: true;
  /** Functions that run before each call of it. */
  before?: Value[];
  /** Where its attributes that hold lists, tuples and dictionaries were assigned. */
  places?: Map<string, Location>;
  /** The instance whose deep copy this is: its weights start equal. */
  copyOf: Instance | null;
}

export interface SuperValue {
  readonly kind: 'super';
  readonly self: Value;
  /** Classes after the one that called `super()`. */
  readonly rest: readonly ClassValue[];
}

/** `property`, `staticmethod`, `classmethod`. */
export interface Descriptor {
  readonly kind: 'descriptor';
  readonly variant: 'property' | 'static' | 'class';
  readonly function: Value;
}

/** A package or module: of the framework, of the workspace, of the standard library, or one that is not there. */
export interface Namespace {
  readonly kind: 'namespace';
  readonly name: string;
  readonly members: ReadonlyMap<string, Value> | null;
  readonly scope: Scope | null;
  /** Of a framework's package: what its names were found to mean. */
  known?: Map<string, Value>;
}

export interface FrameworkFunction {
  readonly kind: 'framework';
  readonly name: string;
  readonly target:
    | { readonly kind: 'function'; readonly row: FunctionRow }
    | { readonly kind: 'initializer'; readonly row: InitializerRow }
    | { readonly kind: 'value'; readonly row: ValueRow };
}

/** A tensor with a distribution. Registered with a module, it is a parameter; before that, the result of `torch.randn`. */
export interface ParameterValue {
  readonly kind: 'parameter';
  readonly parameter: Parameter;
  /** `nn.Parameter(...)`, as opposed to a plain tensor. */
  readonly trainable: boolean;
  /** The trainable tensors of which it was calculated. */
  readonly from?: readonly Parameter[];
  /** Its entries are a function of random numbers. */
  readonly noise?: FunctionOfNoise;
  /** It holds numbers one after another: `torch.arange(n)`. */
  readonly rising?: true;
  /** This is one tap of a kernel: what is written into it is written there. */
  readonly tapOf?: KernelTap;
  /** This is a range of a vector: what is written into it is noted there. */
  readonly partOf?: { readonly whole: Parameter; readonly from: number; readonly to: number };
  /** This is a part or another view of a tensor: what is written into it is written there. */
  readonly blockOf?: PartOf;
}

export interface KernelTap {
  readonly kernel: Parameter;
  /** In the middle along each dimension. */
  readonly central: boolean;
}

/** What flows through `forward`: the output of a node of the graph. */
export interface Tensor {
  readonly kind: 'tensor';
  /** What it holds now: operations in place move it on, for all names that it has. */
  node: number;
  shape: Shape;
}

export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: string;
  readonly location: Location | null;
  /** Set on the unknown shape of a tensor: its entries become symbols. */
  readonly shape?: true;
  /** Set on what was made from a triangular matrix: as a mask it leaves each token those up to itself. */
  readonly causal?: true;
  /** Set on a tensor of answers, `tokens != 0`: it is there, whatever its entries are. */
  readonly answers?: true;
  /** What was called and is not there: `library.Block`. */
  readonly result?: string;
  /** It stands for all further arguments, however many they are. */
  readonly rest?: true;
  /** It came out of what such a call gave: `library.vgg().features`. */
  readonly from?: string;
}

/** Why something is not known, as the rest of a sentence. */
export const asClause = ({ reason }: Unknown): string => reason.charAt(0).toLowerCase() + reason.slice(1);

export const none: None = { kind: 'none' };
export const ellipsis: Value = { kind: 'ellipsis' };
const yes: BoolValue = { kind: 'bool', value: true };
const no: BoolValue = { kind: 'bool', value: false };

export const bool = (value: boolean): BoolValue => (value ? yes : no);
export const int = (value: Quantity): NumberValue => ({ kind: 'number', value, float: false });
export const float = (value: Quantity): NumberValue => ({ kind: 'number', value, float: true });
export const string = (value: string): StringValue => ({ kind: 'string', value });
export const list = (items: Value[]): ListValue => ({ kind: 'list', items });
export const tuple = (items: readonly Value[]): TupleValue => ({ kind: 'tuple', items });
export const unknown = (reason: string, location: Location | null = null): Unknown => ({ kind: 'unknown', reason, location });
/** A module whose names the evaluator itself provides. */
export const nativeNamespace = (name: string, members: Readonly<Record<string, Value>>): Namespace => ({
  kind: 'namespace',
  name,
  members: new Map(Object.entries(members)),
  scope: null,
});
export const builtin = (name: string, call: (call: Call) => Value): Builtin => ({ kind: 'builtin', name, call });

export function dict(pairs: Iterable<readonly [Value, Value]> = [], missing?: Value): DictValue {
  const entries = new Map<string, { key: Value; value: Value }>();
  for (const [key, value] of pairs) entries.set(keyOf(key), { key, value });
  return missing ? { kind: 'dict', entries, missing } : { kind: 'dict', entries };
}

/** `globals()` of a file, or `vars()` of a module; what it imports is read. */
export function scopeAsDict(scope: Scope): DictValue {
  return { ...dict(scope.names.map((name) => [string(name), scope.get(name)!] as const)), ofNames: true };
}

/** What stands under texts in a dict, as in `**kwargs`. */
export function namedEntries({ entries }: DictValue): Map<string, Value> {
  return new Map([...entries.values()].flatMap(({ key, value }) => (key.kind === 'string' ? [[key.value, value] as const] : [])));
}

export function set(items: Iterable<Value>): SetValue {
  const entries = new Map<string, Value>();
  for (const item of items) entries.set(keyOf(item), item);
  return { kind: 'set', entries };
}

/** A class that no `class` statement defines: of Python, of the framework, or one that is not known. */
export function nativeClass(
  name: string,
  parts: Partial<Pick<ClassValue, 'qualified' | 'row' | 'unknownBase' | 'beyond' | 'flavour'>> = {},
  bases: readonly ClassValue[] = [],
): ClassValue {
  const type: ClassValue = {
    kind: 'class',
    name,
    qualified: null,
    bases,
    resolution: [],
    attributes: new Map(),
    node: null,
    file: null,
    row: null,
    unknownBase: null,
    beyond: parts.unknownBase ?? null,
    flavour: 'plain',
    ...parts,
  };
  return resolveBases(type, bases);
}

/** C3 is not needed to find attributes in single inheritance and mixins: ancestors in depth first order, the last of equals stays. */
export function resolveBases(type: ClassValue, bases: readonly ClassValue[]): ClassValue {
  const order = bases.flatMap((base) => base.resolution);
  const resolution = [type, ...order.filter((ancestor, i) => order.lastIndexOf(ancestor) === i)];
  return Object.assign(type, { resolution });
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

/** Equal for values that Python's dictionaries hold equal; objects without equality count by identity. */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'none':
      return 'none';
    case 'bool':
      return `n:${value.value ? 1 : 0}`;
    case 'number':
      return typeof value.value === 'number' ? `n:${value.value}` : `q:${JSON.stringify(value.value.terms)}`;
    case 'string':
      return `s:${value.value}`;
    case 'tuple':
      return `t:(${value.items.map(keyOf).join(',')})`;
    case 'class':
      return value.qualified ? `c:${value.qualified}` : identityOf(value);
    case 'framework':
      return `f:${value.name}`;
    case 'parameter':
      return identityOf(value.parameter);
    default:
      return identityOf(value);
  }
}

function identityOf(value: object): string {
  let id = identities.get(value);
  if (id === undefined) {
    id = nextIdentity++;
    identities.set(value, id);
  }
  return `i:${id}`;
}

/** Name of a value's type as Python would print it. */
export function typeName(value: Value): string {
  switch (value.kind) {
    case 'none':
      return 'NoneType';
    case 'number':
      return value.float ? 'float' : 'int';
    case 'string':
      return 'str';
    case 'instance':
      return value.class.name;
    case 'tensor':
    case 'parameter':
      return 'Tensor';
    case 'class':
      return 'type';
    case 'bound':
    case 'builtin':
    case 'framework':
      return 'function';
    default:
      return value.kind;
  }
}
