import type { Location } from '../network/distribution.js';
import type { Shape } from '../network/graph.js';
import type { Range } from '../protocol.js';
import type { SyntaxNode, SyntaxTree } from '../source/syntax-tree.js';
import type { Entry } from './entries.js';
import type { Interpreter } from './interpreter.js';
import { sizesOf } from './python/arrays.js';
import { classAttribute } from './python/classes.js';
import type { Call, Instance, Value } from './values.js';

/**
 * Shapes of the tensors that a model gets, batch first: what a comment says, else what the user set, else what the file calls the model with, else
 * the only shape of an image that functions of the file make. Those that are left out are not known.
 */
export function inputShapeOf(
  run: Interpreter,
  instance: Instance,
  { location, builtAt }: Pick<Entry, 'location' | 'builtAt'>,
): { shapes: readonly Shape[]; guessed: boolean; called: boolean } {
  const { tree, id } = run.main;
  const own = builtAt?.file === id && hasInputComment(tree, builtAt.range) ? declaredShape(tree, builtAt) : null;
  const declared = own ?? declaredShape(tree, location) ?? run.inputShape;
  if (declared) return { shapes: [declared], guessed: false, called: false };
  const given = run.calledWith.get(instance.class);
  if (given) return { shapes: given, guessed: true, called: true };
  const only = onlyShape(run);
  return { shapes: only ? [only] : [], guessed: true, called: false };
}

/** Remembers what a model is called with outside of any `forward`: `model(torch.randn(1, 3, 32, 32))`. */
export function noteCall(run: Interpreter, instance: Instance, call: Call): void {
  if (run.constructing > 0 || run.calledWith.has(instance.class)) return;
  const shapes = call.positional.map(shapeOf);
  if (shapes[0] && classAttribute(instance.class, 'forward')) run.calledWith.set(instance.class, shapes);
}

function shapeOf(value: Value): Shape {
  if (value.kind === 'parameter') return value.trainable ? null : value.parameter.shape;
  return value.kind === 'list' && value.array ? sizesOf(value) : null;
}

/** `# meanfield: input(4, 3, 96, 96)` holds for the model that is made in the next line, and for all that is defined below it, up to the next one. */
function declaredShape(tree: SyntaxTree, place: Location): Shape {
  let shape: Shape = null;
  for (const comment of inputComments(tree).slice(0, inputCommentsAbove(tree, place.range)))
    shape = sizesIn(declared.exec(tree.textOf(comment))![1]!) ?? shape;
  return shape;
}

export function inputComments(tree: SyntaxTree): SyntaxNode[] {
  return tree.comments.filter((comment) => declared.test(tree.textOf(comment)));
}

/** How many of them hold for what stands at a place. */
export function inputCommentsAbove(tree: SyntaxTree, { start }: Range): number {
  return inputComments(tree).filter((comment) => tree.lines.position(comment.start).line <= start.line).length;
}

/** Whether such a comment stands in the line above a place. */
export function hasInputComment(tree: SyntaxTree, { start }: Range): boolean {
  return inputComments(tree).some((comment) => tree.lines.position(comment.start).line === start.line - 1);
}

const declared = /^#\s*meanfield:\s*input\s*\(([\d\s,]+)\)\s*$/;

function onlyShape(run: Interpreter): Shape {
  const known = run.literalShape;
  if (known !== undefined) return known;
  const sizes = run.dependencies.ask(run.main.tree.root.children.filter(mayCallModels), onlySizes(madeTensor(run)));
  run.literalShape = sizesIn(sizes);
  return run.literalShape;
}

/** The sizes of images that occur in some statements, if they are always the same ones, else nothing. */
function onlySizes(made: RegExp): (text: string, statements: readonly SyntaxNode[]) => string {
  return (text, statements) => {
    const found = new Set<string>();
    for (const { start, end } of statements)
      for (const [, sizes] of text.slice(start, end).matchAll(made))
        if ((sizesIn(sizes!)?.length ?? 0) >= 4) found.add(sizes!.replace(/\s/g, ''));
    return found.size === 1 ? [...found][0]! : '';
  };
}

/** Functions such as `def test()` and scripts, but no classes: tensors there are parts of models. */
const mayCallModels = ({ type }: SyntaxNode): boolean => type !== 'class_definition' && type !== 'decorated_definition';

/** A call such as `torch.randn(2, 3, 32, 32)` of a function that draws tensors. */
const madeTensor = ({ framework }: Interpreter): RegExp => {
  const names = Object.keys(framework.creators).map((name) => name.split('.').at(-1)!);
  return new RegExp(`\\b(?:${[...new Set(names)].join('|')})\\(\\s*[([]?(\\s*\\d+(?:\\s*,\\s*\\d+){3,4}\\s*)`, 'g');
};

function sizesIn(text: string): number[] | null {
  const sizes = text.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  return sizes.length > 0 && sizes.every((size) => Number.isInteger(size) && size > 0) ? sizes : null;
}
