import { numberOf, type Quantity } from '../../network/quantity.js';
import { isQuantity } from '../expression.js';
import type { Argument, Arguments } from '../framework.js';

/** The argument as a size or number; `null` where it is none. */
export function quantity(argument: Argument): Quantity | null {
  return isQuantity(argument) ? argument : null;
}

/** The argument as a plain number; `null` where it is none or depends on an unknown size. */
export function number(argument: Argument): number | null {
  return numberOf(quantity(argument));
}

export function isList(argument: Argument): argument is readonly Argument[] {
  return Array.isArray(argument);
}

/** `3` and `(3, 3)` alike as n sizes; `null` where one of them is not known. */
export function sizes(argument: Argument, n: number): readonly Quantity[] | null {
  const list = isList(argument) ? argument : Array.from({ length: n }, () => argument);
  // A tuple of one stands for all dimensions in some signatures.
  const spread = list.length === 1 && n > 1 ? Array.from({ length: n }, () => list[0]) : list;
  return spread.length === n && spread.every(isQuantity) ? (spread as readonly Quantity[]) : null;
}

/** `kernel_size=3` becomes `[3, 3]`, so that expressions and attributes see one form. */
export function spread(names: readonly string[], n: number): (bound: Arguments) => Arguments {
  return (bound) =>
    Object.fromEntries(
      names.map((name): [string, Argument] => {
        const value = bound[name];
        return [
          name,
          value === null || typeof value === 'string' || isList(value) ? value : Array.from({ length: n }, () => value),
        ];
      }),
    );
}

/** Sizes given as `f(a, b)` or `f((a, b))`; an entry that is not known is `undefined`. */
export function variadic(argument: Argument): readonly Argument[] {
  if (!isList(argument)) return [argument];
  const [first] = argument;
  return argument.length === 1 && isList(first) ? first : argument;
}

/** Position of a dimension counted from the front; `null` where it is not known or outside. */
export function axisOf(argument: Argument, dimensions: number): number | null {
  const axis = number(argument);
  if (axis === null || !Number.isInteger(axis)) return null;
  const position = axis < 0 ? axis + dimensions : axis;
  return position >= 0 && position < dimensions ? position : null;
}
