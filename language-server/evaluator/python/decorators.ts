import { builtin, none, type Value } from '../values.js';

/** `@decorator` and `@decorator(...)` that leave the function as it is. */
export function decoratorOrFactory(name: string): Value {
  return builtin(name, ({ positional: [function_] }) =>
    function_?.kind === 'function' || function_?.kind === 'class'
      ? function_
      : builtin(name, ({ positional: [inner = none] }) => inner),
  );
}
