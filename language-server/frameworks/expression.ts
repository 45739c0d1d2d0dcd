import {
  add,
  ceil,
  compareQuantities,
  divide,
  equals,
  floor,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  power,
  type Quantity,
  squareRoot,
  subtract,
} from '../network/quantity.js';
import { truncatedNormalMoments } from '../network/truncated-normal.js';
import type { Argument } from './framework.js';

/** Names that an expression may use. `undefined`: not known, and so is what is calculated from it. */
export type Environment = Readonly<Record<string, Argument>>;

type Evaluate = (environment: Environment) => Argument;

export interface Expression {
  readonly evaluate: Evaluate;
  /** Variables that it mentions. */
  readonly names: ReadonlySet<string>;
}

const compiled = new Map<string, Expression>();

/**
 * Evaluates one of the small formulas in the rows: `2*gain^2/(fanIn+fanOut)`, `groups == 1 ? fanIn : 1`, `prod(kernel_size)`.
 *
 * Arithmetic (`+ - * / // % ^`), comparison (`== != < <= > >=`), `and`, `or`, `not`, `? :`, strings in single quotes, indexing `a[0]` and the
 * functions in `functions`. Holds for symbolic sizes.
 *
 * @throws RangeError for a formula that cannot be read: a fault of the row, not of the user
 */
export function evaluateExpression(text: string, environment: Environment): Argument {
  return compileExpression(text).evaluate(environment);
}

/** A formula's result as a number or symbolic quantity; `null` where it is not known. */
export function quantityOf(text: string, environment: Environment): Quantity | null {
  const value = evaluateExpression(text, environment);
  return isQuantity(value) ? value : null;
}

export function isQuantity(value: Argument): value is Quantity {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'terms' in value);
}

/** Splits `out_channels, in_channels/groups, *kernel_size` at its top-level commas. */
export function splitList(text: string): readonly string[] {
  const known = lists.get(text);
  if (known) return known;
  const parts = partsOf(text);
  lists.set(text, parts);
  return parts;
}

const lists = new Map<string, readonly string[]>();

function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const character = text[i];
    if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth--;
    else if (i === text.length || (character === ',' && depth === 0)) {
      if (text.slice(start, i).trim() !== '') parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts;
}

/** Parses a formula, once for each text. */
export function compileExpression(text: string): Expression {
  const known = compiled.get(text);
  if (known) return known;
  const made = parse(text);
  compiled.set(text, made);
  return made;
}

function parse(text: string): Expression {
  const tokens = text.match(/'[^']*'|\d+(?:\.\d+)?(?:e-?\d+)?|[A-Za-z_]\w*|\/\/|==|!=|<=|>=|[-+*/%^()?:,<>[\]]/g) ?? [];
  if (tokens.join('') !== text.replace(/\s+(?=(?:[^']*'[^']*')*[^']*$)/g, ''))
    throw new RangeError(`The formula '${text}' cannot be read.`);
  const names = new Set<string>();
  let position = 0;
  const peek = () => tokens[position];
  const take = (expected: string) => {
    if (tokens[position] !== expected) throw new RangeError(`The formula '${text}' lacks '${expected}'.`);
    position++;
  };

  function conditional(): Evaluate {
    const condition = disjunction();
    if (peek() !== '?') return condition;
    take('?');
    const yes = conditional();
    take(':');
    const no = conditional();
    return (environment) => {
      const decided = truth(condition(environment));
      return decided === undefined ? undefined : decided ? yes(environment) : no(environment);
    };
  }
  function disjunction(): Evaluate {
    let left = conjunction();
    while (peek() === 'or') {
      position++;
      const [a, b] = [left, conjunction()];
      left = (environment) => either(truth(a(environment)), truth(b(environment)));
    }
    return left;
  }
  function conjunction(): Evaluate {
    let left = negation();
    while (peek() === 'and') {
      position++;
      const [a, b] = [left, negation()];
      left = (environment) => both(truth(a(environment)), truth(b(environment)));
    }
    return left;
  }
  function negation(): Evaluate {
    if (peek() !== 'not') return comparison();
    position++;
    const inner = negation();
    return (environment) => {
      const decided = truth(inner(environment));
      return decided === undefined ? undefined : !decided;
    };
  }
  function comparison(): Evaluate {
    const left = sum();
    const operator = peek();
    if (!operator || !['==', '!=', '<', '<=', '>', '>='].includes(operator)) return left;
    position++;
    const right = sum();
    return (environment) => compare(operator, left(environment), right(environment));
  }
  function sum(): Evaluate {
    let left = product();
    for (let operator = peek(); operator === '+' || operator === '-'; operator = peek()) {
      position++;
      left = arithmetic(operator === '+' ? add : subtract, left, product());
    }
    return left;
  }
  function product(): Evaluate {
    let left = factor();
    for (let operator = products[peek() ?? '']; operator; operator = products[peek() ?? '']) {
      position++;
      left = arithmetic(operator, left, factor());
    }
    return left;
  }
  function factor(): Evaluate {
    if (peek() === '-') {
      position++;
      return arithmetic(subtract, () => 0, factor());
    }
    const base = postfix();
    if (peek() !== '^') return base;
    position++;
    return arithmetic(power, base, factor());
  }
  function postfix(): Evaluate {
    let value = primary();
    while (peek() === '[') {
      take('[');
      const [list, index] = [value, conditional()];
      take(']');
      value = (environment) => {
        const [items, at] = [list(environment), index(environment)];
        return Array.isArray(items) && typeof at === 'number' ? items[at] : undefined;
      };
    }
    return value;
  }
  function primary(): Evaluate {
    const token = tokens[position++];
    if (token === undefined) throw new RangeError(`The formula '${text}' ends too early.`);
    if (token === '(') {
      const inner = conditional();
      take(')');
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (token.startsWith("'")) return () => token.slice(1, -1);
    if (token === 'true' || token === 'false') return () => token === 'true';
    if (token === 'none') return () => null;
    if (peek() !== '(') {
      if (!/^[A-Za-z_]/.test(token)) throw new RangeError(`The formula '${text}' has '${token}' in a wrong place.`);
      names.add(token);
      return (environment) => environment[token];
    }
    const call = functions[token];
    if (!call) throw new RangeError(`The formula '${text}' uses the unknown function '${token}'.`);
    take('(');
    const operands: Evaluate[] = [];
    while (peek() !== ')') {
      operands.push(conditional());
      if (peek() === ',') position++;
      else break;
    }
    take(')');
    return (environment) => call(...operands.map((operand) => operand(environment)));
  }

  const evaluate = conditional();
  if (position !== tokens.length) throw new RangeError(`The formula '${text}' goes on after its end.`);
  return { evaluate, names };
}

/** A layer without inputs divides by zero: its variance is not known, and the formula is no fault. */
const byNonZero =
  (operation: (a: Quantity, b: Quantity) => Quantity) =>
  (a: Quantity, b: Quantity): Quantity | undefined =>
    b === 0 ? undefined : operation(a, b);

const products: Readonly<Record<string, (a: Quantity, b: Quantity) => Quantity | undefined>> = {
  '*': multiply,
  '/': byNonZero(divide),
  '//': byNonZero(floorDivide),
  '%': byNonZero(modulo),
};

function arithmetic(operation: (a: Quantity, b: Quantity) => Quantity | undefined, left: Evaluate, right: Evaluate): Evaluate {
  return (environment) => {
    const [a, b] = [left(environment), right(environment)].map((value) => (typeof value === 'boolean' ? Number(value) : value));
    if (!isQuantity(a) || !isQuantity(b)) return undefined;
    const result = operation(a, b);
    return typeof result === 'number' && !Number.isFinite(result) ? undefined : result;
  };
}

function truth(value: Argument): boolean | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return true;
  return Boolean(value);
}

/** `or` with a third value for what is not known. */
function either(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a || b ? true : a === undefined || b === undefined ? undefined : false;
}

function both(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
}

function compare(operator: string, a: Argument, b: Argument): boolean | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (operator === '==' || operator === '!=') {
    const same = isQuantity(a) && isQuantity(b) ? equals(a, b) : a === b;
    return same === undefined ? undefined : operator === '==' ? same : !same;
  }
  const order = isQuantity(a) && isQuantity(b) ? compareQuantities(a, b) : undefined;
  if (order === undefined) return undefined;
  return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
}

const one =
  (work: (x: Quantity) => Quantity) =>
  (x?: Argument): Argument =>
    isQuantity(x) ? work(x) : undefined;

const functions: Readonly<Record<string, (...operands: Argument[]) => Argument>> = {
  prod: (items) =>
    Array.isArray(items) && items.every(isQuantity)
      ? items.reduce<Quantity>((a, b) => multiply(a, b), 1)
      : isQuantity(items)
        ? items
        : undefined,
  max: (a, b) => (isQuantity(a) && isQuantity(b) ? maximum(a, b) : undefined),
  min: (a, b) => (isQuantity(a) && isQuantity(b) ? minimum(a, b) : undefined),
  sqrt: one(squareRoot),
  floor: one(floor),
  ceil: one(ceil),
  /** Variance of N(mean, std²) cut at a and b. */
  truncatedVariance: (mean, std, a, b) => truncated(mean, std, a, b)?.variance,
  truncatedMean: (mean, std, a, b) => truncated(mean, std, a, b)?.mean,
};

function truncated(mean: Argument, std: Argument, a: Argument, b: Argument): { mean: number; variance: number } | undefined {
  if (typeof mean !== 'number' || typeof std !== 'number' || typeof a !== 'number' || typeof b !== 'number') return undefined;
  return std > 0 && a < b ? truncatedNormalMoments(mean, std, a, b) : { mean: Math.min(Math.max(mean, a), b), variance: 0 };
}
