import type { Operation, Shape } from '../../network/graph.js';
import type { Arguments, FunctionRow, ModuleRow, OperationContext, OperationRow } from '../framework.js';

/** Rows of one subject: each subject's file exports one of these, and `index.ts` joins them. */
export interface Tables {
  readonly modules?: Readonly<Record<string, ModuleRow>>;
  readonly functions?: Readonly<Record<string, FunctionRow>>;
  readonly methods?: Readonly<Record<string, FunctionRow>>;
}

/** A module without weights. */
export function plain(signature: string, operation: OperationRow, attributes?: Readonly<Record<string, string>>): ModuleRow {
  return attributes ? { signature, tensors: [], operation, attributes } : { signature, tensors: [], operation };
}

/** A function of one tensor. */
export function unary(signature: string, operation: OperationRow, tensor = 'input'): FunctionRow {
  return { signature: signature === '' ? tensor : `${tensor}, ${signature}`, tensors: [tensor], operation };
}

/** An operation that keeps the shape of its input. */
export function sameShape(operationOf: (bound: Arguments, context: OperationContext) => Operation | string): OperationRow {
  return (context) => {
    const operation = operationOf(context.arguments, context);
    return typeof operation === 'string' ? operation : { operation, shape: context.inputs[0] ?? null };
  };
}

/** Rearranges or copies entries; the function tells the new shape, `null` where it is not known. */
export function rearranged(shape: (input: Shape, bound: Arguments) => Shape): OperationRow {
  return ({ arguments: bound, inputs }) => ({ operation: { kind: 'reshape' }, shape: shape(inputs[0] ?? null, bound) });
}

/** Passes its input on. */
export const identity: OperationRow = rearranged((input) => input);

/** Something that the theory does not describe: signals stop with this reason. */
export function undescribed(reason: string): OperationRow {
  return () => reason;
}

/** Joins tables; a name in two of them is a mistake. @throws RangeError */
export function join<T>(tables: readonly (Readonly<Record<string, T>> | undefined)[]): Readonly<Record<string, T>> {
  const joined: Record<string, T> = {};
  for (const table of tables)
    for (const [name, row] of Object.entries(table ?? {})) {
      if (Object.hasOwn(joined, name)) throw new RangeError(`two rows for '${name}'`);
      joined[name] = row;
    }
  return joined;
}

/** The same row under several names. */
export function named<T>(names: readonly string[], row: T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, row]));
}
