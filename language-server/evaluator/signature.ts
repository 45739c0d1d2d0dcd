import { splitList } from '../frameworks/expression.js';
import type { Argument, Arguments } from '../frameworks/framework.js';
import { Raised } from './budget.js';
import { bool, type Call, float, int, none, string, tuple, type Value } from './values.js';

interface Parameter {
  readonly name: string;
  readonly kind: 'normal' | 'rest' | 'keyword-only' | 'keywords';
  readonly default: Value | null;
}

const parsed = new Map<string, readonly Parameter[]>();

/** Reads a Python parameter list such as `in_features, out_features, bias=True, *, dtype=None`. */
export function parseSignature(signature: string): readonly Parameter[] {
  const known = parsed.get(signature);
  if (known) return known;
  const parameters: Parameter[] = [];
  let kind: Parameter['kind'] = 'normal';
  for (const part of splitList(signature)) {
    if (part === '*') kind = 'keyword-only';
    else if (part.startsWith('**')) parameters.push({ name: part.slice(2), kind: 'keywords', default: null });
    else if (part.startsWith('*')) {
      parameters.push({ name: part.slice(1), kind: 'rest', default: null });
      kind = 'keyword-only';
    } else {
      const equals = part.indexOf('=');
      const name = equals === -1 ? part : part.slice(0, equals).trim();
      parameters.push({ name, kind, default: equals === -1 ? null : literal(part.slice(equals + 1).trim()) });
    }
  }
  parsed.set(signature, parameters);
  return parameters;
}

function literal(text: string): Value {
  if (text === 'None') return none;
  if (text === 'True' || text === 'False') return bool(text === 'True');
  if (/^['"]/.test(text)) return string(text.slice(1, -1));
  if (/^[([]/.test(text)) return tuple(splitList(text.slice(1, -1)).map(literal));
  const number = Number(text);
  if (Number.isNaN(number)) throw new RangeError(`The default '${text}' of a signature cannot be read.`);
  return /^-?\d+$/.test(text) ? int(number) : float(number);
}

/** Binds a call to a row's signature, as Python would; throws `Raised` where Python would raise. */
export function bindSignature(signature: string, call: Call, name: string): Map<string, Value> {
  const bound = new Map<string, Value>();
  const parameters = parseSignature(signature);
  let next = 0;
  for (const parameter of parameters) {
    if (parameter.kind === 'rest') {
      bound.set(parameter.name, tuple(call.positional.slice(next)));
      next = call.positional.length;
    } else if (parameter.kind === 'keywords') continue;
    else if (parameter.kind === 'normal' && next < call.positional.length) bound.set(parameter.name, call.positional[next++]!);
    else {
      const given = call.keywords.get(parameter.name) ?? parameter.default;
      if (!given) throw new Raised('TypeError', `${name}() is missing the argument '${parameter.name}'.`);
      bound.set(parameter.name, given);
    }
  }
  if (next < call.positional.length)
    throw new Raised('TypeError', `${name}() takes ${next} arguments but ${call.positional.length} were given.`);
  if (call.keywords.size === 0) return bound;
  const open = parameters.some((parameter) => parameter.kind === 'keywords');
  for (const [key, value] of call.keywords) {
    if (bound.has(key)) continue;
    if (!open) throw new Raised('TypeError', `${name}() got an unexpected argument '${key}'.`);
    bound.set(key, value);
  }
  return bound;
}

/** The call with the names that the signature has, where it uses others that the framework understands too: `axis=1` for `dim=1`. */
export function withOwnNames(signature: string, call: Call, others: Readonly<Record<string, string>>): Call {
  const own = (name: string) => parseSignature(signature).some((parameter) => parameter.name === name);
  const moves = [...call.keywords.keys()].filter((key) => !own(key) && others[key] !== undefined && own(others[key]));
  if (moves.length === 0) return call;
  const renamed = [...call.keywords].map(([key, value]) => [moves.includes(key) ? others[key]! : key, value] as const);
  return { ...call, keywords: new Map(renamed) };
}

/** Values as the rows of a framework see them; what they cannot use is `undefined`. */
export function toArgument(value: Value): Argument {
  switch (value.kind) {
    case 'none':
      return null;
    case 'bool':
    case 'number':
    case 'string':
      return value.value;
    case 'list':
    case 'tuple':
      return value.items.map(toArgument);
    case 'framework':
      return value.name;
    default:
      return undefined;
  }
}

export function toArguments(bound: ReadonlyMap<string, Value>): Arguments {
  const result: Record<string, Argument> = {};
  for (const [name, value] of bound) result[name] = toArgument(value);
  return result;
}

/** The way back, for attributes of modules and results of value rows. */
export function fromArgument(argument: Argument, isFloat = false): Value {
  if (argument === undefined) return { kind: 'unknown', reason: 'This value is not known.', location: null };
  if (argument === null) return none;
  if (typeof argument === 'boolean') return bool(argument);
  if (typeof argument === 'string') return string(argument);
  if (Array.isArray(argument)) return tuple(argument.map((one) => fromArgument(one)));
  const quantity = argument as Extract<Argument, number | { kind: string }>;
  return isFloat || (typeof quantity === 'number' && !Number.isInteger(quantity)) ? float(quantity) : int(quantity);
}
