/** Tells whether a value that came from outside has the shape of `T`. Shapes are put together like the types they guard. */
export type Shape<T> = (value: unknown) => value is T;

export const text: Shape<string> = (value): value is string => typeof value === 'string';
export const flag: Shape<boolean> = (value): value is boolean => typeof value === 'boolean';
/** A finite number: NaN and infinities never stand in a report. */
export const number: Shape<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);
/** A whole number ≥ 0 that can be an index. */
export const index: Shape<number> = (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export const oneOf =
  <const T extends string | number>(...values: T[]): Shape<T> =>
  (value): value is T =>
    (values as unknown[]).includes(value);

export const nullable =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value): value is T | null =>
    value === null || shape(value);

/** A field that need not be there. */
export const optional =
  <T>(shape: Shape<T>): Shape<T> =>
  (value): value is T =>
    value === undefined || shape(value);

export const either =
  <A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> =>
  (value): value is A | B =>
    first(value) || second(value);

export const list =
  <T>(shape: Shape<T>): Shape<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(shape);

export const dictionary =
  <T>(shape: Shape<T>): Shape<Record<string, T>> =>
  (value): value is Record<string, T> =>
    isObject(value) && Object.values(value).every(shape);

/** Every named field has its shape, and is there unless it is optional; other fields may be there, for the schema grows by addition. */
export const record =
  <T extends object>(fields: { [Name in keyof T]-?: Shape<T[Name]> }): Shape<T> =>
  (value): value is T =>
    isObject(value) && Object.entries<Shape<unknown>>(fields).every(([name, shape]) => shape(value[name]));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
