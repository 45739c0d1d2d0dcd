/** A parsed text. Owns memory outside the garbage collector: call `dispose` when it is no longer used. */
export interface SyntaxTree extends Disposable {
  readonly text: string;
}
