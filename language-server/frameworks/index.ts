import type { Distribution, Source } from '../network/distribution.js';
import type { Layer, Parameter, Shape } from '../network/graph.js';
import { multiply, type Quantity } from '../network/quantity.js';
import { type Environment, evaluateExpression, isQuantity, quantityOf, showFormula, splitList } from './expression.js';
import type { Argument, Arguments, Framework, InitializerRow, Instantiated, ModuleRow, Resolved } from './framework.js';

/** What a dotted name means, after aliases; `null`: the framework's tables do not have it. */
export function resolve(framework: Framework, dottedName: string): Resolved | null {
  const name = canonicalName(framework, dottedName);
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
  const parameters = new Map<string, Parameter | null>();
  const prepared = row.prepare ? { ...bound, ...row.prepare(bound) } : bound;
  const source: Source = { kind: 'default', text: `${framework.label} default`, location: null };
  let environment: Environment = prepared;
  for (const tensor of row.tensors) {
    if (tensor.when && evaluateExpression(tensor.when, environment) === false) {
      parameters.set(tensor.name, null);
      continue;
    }
    const shape = shapeOf(tensor.shape, environment);
    const fans = framework.fans(shape);
    // The bias is drawn with the fans of the weight, which comes first in each row.
    if (fans && !('fanIn' in environment)) environment = { ...environment, fanIn: fans.fanIn, fanOut: fans.fanOut };
    const { initial } = tensor;
    parameters.set(tensor.name, {
      name: tensor.name,
      shape,
      writes: [
        {
          family: initial.family,
          mean: initial.mean === undefined ? 0 : quantityOf(initial.mean, environment),
          variance: quantityOf(initial.variance, environment),
          formula: /[a-z]/i.test(initial.variance) ? showFormula(initial.variance) : null,
          source,
        },
      ],
    });
  }
  return {
    parameters,
    layer: layerOf(name, row, environment, parameters, place),
    attributes: attributesOf(row, prepared),
    problems: problemsOf(row, prepared),
  };
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
  environment: Environment,
  parameters: ReadonlyMap<string, Parameter | null>,
  place: Pick<Layer, 'path' | 'location'>,
): Layer | null {
  const present = [...parameters].flatMap(([key, parameter]) => (parameter ? [[key, parameter] as const] : []));
  const first = present[0];
  if (!first) return null;
  const weight = parameters.get('weight') ?? first[1];
  const bias = parameters.get('bias') ?? parameters.get('in_proj_bias') ?? parameters.get('bias_ih_l0') ?? null;
  const fanIn = environment.fanIn;
  const fanOut = environment.fanOut;
  return {
    ...place,
    kind: name.split('.').at(-1)!,
    role: row.role,
    weight,
    bias,
    fanIn: isQuantity(fanIn) ? fanIn : null,
    fanOut: isQuantity(fanOut) ? fanOut : null,
    summands: row.summands ? quantityOf(row.summands, environment) : isQuantity(fanIn) ? fanIn : null,
    others: present.map(([, parameter]) => parameter).filter((parameter) => parameter !== weight && parameter !== bias),
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
  };
  const family = typeof row.family === 'function' ? row.family(environment) : row.family;
  const mean = row.mean === undefined ? 0 : quantityOf(row.mean, environment);
  const variance = quantityOf(row.variance, environment);
  const formula =
    row.formula ?? (/fan|rows|columns/.test(row.variance) ? substituteNumbers(showFormula(row.variance), environment) : null);
  return { family, mean, variance, formula, source };
}

/** Puts the numbers of the call into the formula: `gain²/fan` becomes `2/fan_in`. */
function substituteNumbers(formula: string, environment: Environment): string {
  return formula.replace(/[A-Za-z_]\w*/g, (word) => {
    const value: Argument = environment[word];
    if (word === 'fan') return environment.mode === 'fan_out' ? 'fan_out' : 'fan_in';
    if (word === 'fan_in' || word === 'fan_out') return word;
    return typeof value === 'number' ? String(Number(value.toPrecision(4))) : word;
  });
}
