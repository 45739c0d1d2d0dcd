import type { Location } from '../network/distribution.js';
import type { Shape } from '../network/graph.js';
import type { SyntaxNode, SyntaxTree } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';
import { classAttribute } from './python/classes.js';
import type { Call, Instance } from './values.js';

/**
 * Shape of the first tensor that a model gets, batch first: what a comment says, else what the user set, else what the file calls the model
 * with, else the only shape of an image that functions of the file make. `null`: not known.
 */
export function inputShapeOf(run: Interpreter, instance: Instance, place: Location): { shape: Shape; guessed: boolean } {
  const declared = declaredShape(run.main.tree, place) ?? run.inputShape;
  if (declared) return { shape: declared, guessed: false };
  return { shape: run.calledWith.get(instance.class) ?? onlyShape(run), guessed: true };
}

/** Remembers what a model is called with outside of any `forward`: `model(torch.randn(1, 3, 32, 32))`. */
export function noteCall(run: Interpreter, instance: Instance, call: Call): void {
  const [first] = call.positional;
  if (run.constructing > 0 || first?.kind !== 'parameter' || first.trainable || !first.parameter.shape) return;
  if (classAttribute(instance.class, 'forward') && !run.calledWith.has(instance.class))
    run.calledWith.set(instance.class, first.parameter.shape);
}

/** `# meanfield: input(4, 3, 96, 96)` holds for what is defined below it, up to the next such comment. */
function declaredShape(tree: SyntaxTree, place: Location): Shape {
  let shape: Shape = null;
  for (const comment of tree.comments) {
    if (tree.lines.position(comment.start).line > place.range.start.line) break;
    const match = /^#\s*meanfield:\s*input\s*\(([\d\s,]+)\)\s*$/.exec(tree.textOf(comment));
    if (match) shape = sizesIn(match[1]!) ?? shape;
  }
  return shape;
}

function onlyShape(run: Interpreter): Shape {
  const known = run.literalShape;
  if (known !== undefined) return known;
  const shapes = new Map<string, Shape>();
  for (const statement of run.main.tree.root.children)
    if (mayCallModels(statement))
      for (const [, sizes] of run.main.tree.textOf(statement).matchAll(madeTensor(run))) {
        const shape = sizesIn(sizes!);
        if (shape && shape.length >= 4) shapes.set(sizes!.replace(/\s/g, ''), shape);
      }
  run.literalShape = shapes.size === 1 ? [...shapes.values()][0]! : null;
  return run.literalShape;
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
