import type { Distribution, Source } from '../network/distribution.js';
import type { Layer, Parameter, Shape } from '../network/graph.js';
import { multiply, type Quantity, show, symbol } from '../network/quantity.js';
import { compileExpression, type Environment, evaluateExpression, isQuantity, quantityOf, splitList } from './expression.js';
import type {
  Argument,
  Arguments,
  Framework,
  InitializerRow,
  Instantiated,
  ModuleRow,
  Resolved,
  TensorRow,
} from './framework.js';

const resolved = new WeakMap<Framework, Map<string, Resolved | null>>();

/** What a dotted name means, after aliases; `null`: the framework's tables do not have it. */
export function resolve(framework: Framework, dottedName: string): Resolved | null {
  let names = resolved.get(framework);
  if (!names) {
    names = new Map();
    resolved.set(framework, names);
  }
  let found = names.get(dottedName);
  if (found === undefined) {
    found = meaningOf(framework, dottedName) ?? meaningOf(framework, canonicalName(framework, dottedName));
    // Names come from users' files, which have no end.
    if (names.size < 10_000) names.set(dottedName, found);
  }
  return found;
}

function meaningOf(framework: Framework, name: string): Resolved | null {
  const module = own(framework.modules, name);
  if (module) return { kind: 'module', name, row: module };
  const function_ = own(framework.functions, name);
  if (function_) return { kind: 'function', name, row: function_ };
  const initializer = own(framework.initializers, name);
  if (initializer) return { kind: 'initializer', name, row: initializer };
  const value = own(framework.values, name);
  if (value) return { kind: 'value', name, row: value };
  const creator = own(framework.creators, name);
  if (creator) return { kind: 'creator', name, row: creator };
  if (name === framework.parameterClass) return { kind: 'parameter', name };
  const bases = own(framework.abstract, name);
  if (bases) return { kind: 'abstract', name, bases };
  const result = own(framework.transparent, name);
  if (result) return { kind: 'transparent', name, result };
  const local = Object.entries(framework.libraryNames).find(([, full]) => full === name)?.[0];
  return local ? { kind: 'library', name, local } : null;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function canonicalName(framework: Framework, name: string): string {
  const exact = own(framework.aliases, name);
  if (exact) return exact;
  for (const [from, to] of Object.entries(framework.aliases))
    if (from.endsWith('.') && name.startsWith(from)) return to + name.slice(from.length);
  return name;
}

/** Builds a module's parameters with their default distributions, and the layer that owns them. */
export function instantiate(
  framework: Framework,
  name: string,
  row: ModuleRow,
  bound: Arguments,
  place: Pick<Layer, 'path' | 'location'>,
): Instantiated {
  const { tensors, layer, attributes, problems } = blueprint(framework, row, bound);
  const parameters = new Map<string, Parameter | null>();
  for (const [key, tensor] of tensors)
    parameters.set(key, tensor && { name: key, shape: tensor.shape, writes: [{ ...tensor.initial }] });
  return { parameters, layer: layer && layerOf(name, row, layer, parameters, place), attributes, problems };
}

/** What instances with equal arguments share: everything but the tensors themselves and where they stand. */
interface Blueprint {
  readonly tensors: readonly (readonly [name: string, { readonly shape: Shape; readonly initial: Distribution } | null])[];
  readonly layer: Pick<Layer, 'fanIn' | 'fanOut' | 'summands'> | null;
  readonly attributes: Arguments;
  readonly problems: readonly string[];
}

const blueprints = new WeakMap<ModuleRow, Map<string, Blueprint>>();

/** Models repeat the same layers: the formulas of a row are evaluated once for equal arguments. */
function blueprint(framework: Framework, row: ModuleRow, bound: Arguments): Blueprint {
  let known = blueprints.get(row);
  if (!known) {
    known = new Map();
    blueprints.set(row, known);
  }
  const key = argumentsKey(bound);
  let found = known.get(key);
  if (!found) {
    found = drawBlueprint(framework, row, bound);
    // Arguments come from users' files, which have no end.
    if (known.size < 2_000) known.set(key, found);
  }
  return found;
}

/** Equal for equal arguments; the names need not enter, since they are those of the row's signature. */
function argumentsKey(bound: Arguments): string {
  let key = '';
  for (const name in bound) key += argumentKey(bound[name]);
  return key;
}

function argumentKey(value: Argument): string {
  if (typeof value === 'number') return `${value},`;
  if (typeof value === 'string') return `${JSON.stringify(value)},`;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? `[${value.map(argumentKey).join('')}],` : `${JSON.stringify(value)},`;
  return `${value},`;
}

function drawBlueprint(framework: Framework, row: ModuleRow, bound: Arguments): Blueprint {
  const prepared = sized(row, bound);
  const source: Source = { kind: 'default', text: `${framework.label} default`, location: null };
  const tensors: [string, { shape: Shape; initial: Distribution } | null][] = [];
  const problems = problemsOf(row, prepared);
  let environment: Environment = prepared;
  for (const { tensor, variables } of repeated(row.tensors, prepared)) {
    const own: Environment = { ...environment, ...variables };
    const key = filledIn(tensor.name, variables);
    const present = tensor.when === undefined ? true : evaluateExpression(tensor.when, own);
    if (!isPresent(present)) {
      tensors.push([key, null]);
      continue;
    }
    const shape = shapeOf(tensor.shape, own);
    if (present === undefined) problems.push(`It is not known whether this layer has '${key}': it is shown with it.`);
    if (shape === null) problems.push(`The sizes of '${key}' cannot be told from these arguments.`);
    const fans = framework.fans(shape);
    // The bias is drawn with the fans of the weight, which comes first in each row.
    if (fans && !('fanIn' in environment)) environment = { ...environment, fanIn: fans.fanIn, fanOut: fans.fanOut };
    const written: Environment = { ...environment, ...variables };
    const { initial } = tensor;
    tensors.push([
      key,
      {
        shape,
        initial: {
          family: initial.family,
          mean: initial.mean === undefined ? 0 : quantityOf(initial.mean, written),
          variance: quantityOf(initial.variance, written),
          formula: formulaOf(initial.variance, written, sizeNames(initial.variance)),
          source,
        },
      },
    ]);
  }
  const fanIn = environment.fanIn;
  const fanOut = environment.fanOut;
  return {
    tensors,
    layer: tensors.some(([, tensor]) => tensor)
      ? {
          fanIn: isQuantity(fanIn) ? fanIn : null,
          fanOut: isQuantity(fanOut) ? fanOut : null,
          summands: row.summands ? quantityOf(row.summands, environment) : isQuantity(fanIn) ? fanIn : null,
        }
      : null,
    attributes: attributesOf(row, prepared),
    problems,
  };
}

/** What is not known counts as present: most layers have their bias, and a note says that it was not certain. */
function isPresent(value: Argument): boolean {
  return value !== false && value !== null && value !== 0 && value !== '';
}

/** The arguments in the form that the expressions want, with a symbol for each size that is not known. */
function sized(row: ModuleRow, bound: Arguments): Arguments {
  const known: Record<string, Argument> = { ...bound };
  if (row.lazy) known[row.lazy] = symbol(row.lazy);
  if (Object.values(known).includes(undefined))
    for (const name of sizesOf(row)) if (name in known && known[name] === undefined) known[name] = symbol(name);
  return row.prepare ? { ...known, ...row.prepare(known) } : known;
}

/** Names of the arguments that shapes of tensors are made of. */
export function sizesOf(row: ModuleRow): ReadonlySet<string> {
  const known = sizes.get(row);
  if (known) return known;
  const parts = row.tensors.flatMap(({ shape }) => splitList(shape));
  const names = new Set(parts.flatMap((part) => [...compileExpression(part.replace(/^\*/, '')).names]));
  sizes.set(row, names);
  return names;
}

const sizes = new WeakMap<ModuleRow, ReadonlySet<string>>();

/** Rows with the values of their running variables, in the framework's order. */
function repeated(rows: readonly TensorRow[], environment: Environment): { tensor: TensorRow; variables: Environment }[] {
  const result: { tensor: TensorRow; variables: Environment }[] = [];
  for (let i = 0; i < rows.length; ) {
    const { each } = rows[i]!;
    let end = i + 1;
    while (each && end < rows.length && rows[end]!.each === each) end++;
    const group = rows.slice(i, end);
    for (const variables of runs(each ?? [], environment)) for (const tensor of group) result.push({ tensor, variables });
    i = end;
  }
  return result;
}

/** `{layer}` becomes the variable's value, `{direction:,_reverse}` the entry of the list at that value. */
function filledIn(name: string, variables: Environment): string {
  return name.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, variable: string, choices: string | undefined) => {
    const value = variables[variable];
    return choices !== undefined && typeof value === 'number' ? (choices.split(',')[value] ?? '') : String(value);
  });
}

/** More layers than this in one stack are no model that anyone trains. */
const largestCount = 1000;

function runs(each: NonNullable<TensorRow['each']>, environment: Environment): Environment[] {
  return each.reduce<Environment[]>(
    (outer, [variable, count]) =>
      outer.flatMap((variables) => {
        const value = evaluateExpression(count, environment);
        const length = typeof value === 'number' && value >= 1 ? Math.min(Math.floor(value), largestCount) : 1;
        return Array.from({ length }, (_, i) => ({ ...variables, [variable]: i }));
      }),
    [{}],
  );
}

const fanNames: Readonly<Record<string, string>> = { fanIn: 'fan_in', fanOut: 'fan_out', rows: 'rows', columns: 'columns' };

function sizeNames(expression: string): ReadonlySet<string> {
  return compileExpression(expression).names;
}

/** The variance as people read it: sizes by name, everything else as a number: `1/(3·fan_in)`, `2/fan_in`. `null` where it has no sizes. */
function formulaOf(expression: string, environment: Environment, names: ReadonlySet<string>): string | null {
  const key = formulaKey(expression, environment, names);
  const known = formulas.get(key);
  if (known !== undefined) return known;
  const shown: Record<string, Argument> = { ...environment };
  for (const name of names) if (isQuantity(environment[name] ?? undefined)) shown[name] = symbol(fanNames[name] ?? name);
  const value = evaluateExpression(expression, shown);
  const formula = isQuantity(value) && typeof value !== 'number' ? show(value) : null;
  if (formulas.size < 1_000) formulas.set(key, formula);
  return formula;
}

const formulas = new Map<string, string | null>();

/** Equal for calls with equal formulas, which nearly all layers of a model share: only what is no size is told apart by value. */
function formulaKey(expression: string, environment: Environment, names: ReadonlySet<string>): string {
  const parts = [expression];
  for (const name of compileExpression(expression).names) {
    const value = environment[name];
    parts.push(names.has(name) && isQuantity(value ?? undefined) ? name : `${typeof value} ${JSON.stringify(value)}`);
  }
  return parts.join('\n');
}

function shapeOf(text: string, environment: Environment): Shape {
  const sizes: Quantity[] = [];
  for (const part of splitList(text)) {
    const value = evaluateExpression(part.startsWith('*') ? part.slice(1) : part, environment);
    if (part.startsWith('*') && Array.isArray(value)) {
      if (!value.every(isQuantity)) return null;
      sizes.push(...value);
    } else if (isQuantity(value)) sizes.push(value);
    else return null;
  }
  return sizes;
}

function layerOf(
  name: string,
  row: ModuleRow,
  fans: Pick<Layer, 'fanIn' | 'fanOut' | 'summands'>,
  parameters: ReadonlyMap<string, Parameter | null>,
  { path, location }: Pick<Layer, 'path' | 'location'>,
): Layer {
  const present: Parameter[] = [];
  for (const parameter of parameters.values()) if (parameter) present.push(parameter);
  const weight = parameters.get('weight') ?? present[0]!;
  const bias = parameters.get('bias') ?? parameters.get('in_proj_bias') ?? parameters.get('bias_ih_l0') ?? null;
  return {
    path,
    location,
    kind: name.slice(name.lastIndexOf('.') + 1),
    role: row.role,
    weight,
    bias,
    fanIn: fans.fanIn,
    fanOut: fans.fanOut,
    summands: fans.summands,
    others: present.filter((parameter) => parameter !== weight && parameter !== bias),
  };
}

function attributesOf(row: ModuleRow, bound: Arguments): Arguments {
  return Object.fromEntries(Object.entries(row.attributes ?? {}).map(([key, text]) => [key, evaluateExpression(text, bound)]));
}

function problemsOf(row: ModuleRow, bound: Arguments): string[] {
  return (row.requires ?? []).flatMap(([condition, message]) =>
    evaluateExpression(condition, bound) === false ? [message] : [],
  );
}

/**
 * The distribution that an initializer gives to a tensor of this shape.
 *
 * @throws RangeError where the framework itself would refuse the call
 */
export function initialize(
  framework: Framework,
  name: string,
  row: InitializerRow,
  bound: Arguments,
  shape: Shape,
  source: Source,
): Distribution {
  let known = draws.get(row);
  if (!known) {
    known = new Map();
    draws.set(row, known);
  }
  const key = `${argumentsKey(bound)}${shape && argumentKey(shape)}`;
  let found = known.get(key);
  if (!found) {
    found = drawOf(framework, name, row, bound, shape);
    // Arguments come from users' files, which have no end.
    if (known.size < 2_000) known.set(key, found);
  }
  const { family, mean, variance, formula, given } = found;
  return given ? { family, mean, variance, formula, given, source } : { family, mean, variance, formula, source };
}

type Draw = Omit<Distribution, 'source'>;

/** What an initializer makes of equal shapes with equal arguments. */
const draws = new WeakMap<InitializerRow, Map<string, Draw>>();

function drawOf(framework: Framework, name: string, row: InitializerRow, bound: Arguments, shape: Shape): Draw {
  const fans = framework.fans(shape);
  if (!fans && shape && row.needsFans)
    throw new RangeError(`${name.split('.').at(-1)} needs a tensor with at least two dimensions.`);
  const rows = shape?.[0];
  const columns = shape && shape.length > 1 ? shape.slice(1).reduce((a, b) => multiply(a, b)) : undefined;
  const environment: Environment = {
    ...bound,
    ...(row.prepare?.(bound) ?? {}),
    ...(fans ? { fanIn: fans.fanIn, fanOut: fans.fanOut } : {}),
    ...(rows === undefined ? {} : { rows }),
    ...(columns === undefined ? {} : { columns }),
    ...(shape ? { dimensions: shape.length, channels: shape[1] } : {}),
  };
  for (const [condition, message] of row.requires ?? [])
    if (evaluateExpression(condition, environment) === false) throw new RangeError(message);
  const family = typeof row.family === 'function' ? row.family(environment) : row.family;
  const mean = row.mean === undefined ? 0 : quantityOf(row.mean, environment);
  const variance = quantityOf(row.variance, environment);
  const formula = row.formula ?? formulaOf(row.variance, environment, new Set(Object.keys(fanNames)));
  return { family, mean, variance, formula, ...given(row, bound) };
}

function given({ tells = [] }: InitializerRow, bound: Arguments): Pick<Distribution, 'given'> {
  const known = tells.flatMap((name) => {
    const value = bound[name];
    return typeof value === 'number' || typeof value === 'string' ? [[name, value] as const] : [];
  });
  return known.length > 0 ? { given: Object.fromEntries(known) } : {};
}
