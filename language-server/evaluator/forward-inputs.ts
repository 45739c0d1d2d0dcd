import type { Shape } from '../network/graph.js';
import { child, namedChildren, type SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';
import type { Trace } from './trace.js';
import { type Call, dict, type FunctionValue, int, string, tuple, type Value } from './values.js';

/** Symbolic tensors for the parameters of `forward` without a default, and for what it takes out of `*images` and `**inputs`. */
export function inputsOf(
  run: Interpreter,
  trace: Trace,
  forward: FunctionValue,
  shapes: readonly Shape[],
): Pick<Call, 'positional' | 'keywords'> {
  const positional: Value[] = [];
  const keywords = new Map<string, Value>();
  const { tree, id } = forward.file;
  const location = { file: id, range: tree.lines.range(forward.node.start, forward.node.start) };
  let inputs = 0;
  const input = (name: string): Value => trace.add({ kind: 'input' }, name, [], shapes[inputs++] ?? null, location);
  const batch = (name: string, { keys, places }: Taken): Value => {
    if (keys.length > 0) return dict(keys.map((key) => [string(key), input(key)] as const));
    if (places === 0) return input(name);
    return tuple(Array.from({ length: places }, (_, i) => input(`${name}[${i}]`)));
  };
  for (const [i, { name, kind, default: usual, annotation }] of forward.parameters.slice(1).entries()) {
    if (usual) continue;
    const isSetting = annotation && /^(int|float|bool|str|Tuple\[int|List\[int)/.test(tree.textOf(annotation));
    const taken = takenOf(run, forward, name);
    if (kind === 'keywords') for (const key of taken.keys) keywords.set(key, input(key));
    else if (kind === 'keyword-only') keywords.set(name, isSetting ? notKnown(run, forward, name) : input(name));
    else if (isSetting) positional.push(notKnown(run, forward, name));
    else if (kind === 'rest') for (let place = 0; place < taken.places; place++) positional.push(input(`${name}[${place}]`));
    else if (forward.name !== 'training_step')
      positional.push(taken.isWhole ? input(name) : batch(name, { ...taken, places: 0 }));
    // Behind the batch stand its number and that of an optimizer.
    else positional.push(i === 0 ? batch(name, taken) : int(0));
  }
  return { positional, keywords };
}

const notKnown = (run: Interpreter, forward: FunctionValue, name: string): Value =>
  run.unknown(`The argument '${name}' of forward() is not known.`, forward.node);

interface Taken {
  readonly keys: readonly string[];
  /** How many come by their places. */
  readonly places: number;
  /** It is also used in other ways. */
  readonly isWhole: boolean;
}

/** What a method takes out of an argument: `batch['image']`, `inputs.pop('image')`, `batch[0]`, `x, y = batch`. What it looks for before may be missing. */
function takenOf(run: Interpreter, { node, file: { tree } }: FunctionValue, name: string): Taken {
  const [keys, sought] = [new Set<string>(), new Set<string>()];
  let [places, uses, parts] = [0, 0, 0];
  const isIt = (one: SyntaxNode | null | undefined): boolean => one?.type === 'identifier' && tree.textOf(one) === name;
  const textIn = (one: SyntaxNode | null | undefined): string[] =>
    one?.type === 'string' ? [tree.textOf(one).slice(1, -1)] : [];
  const visit = (one: SyntaxNode): void => {
    run.budget.step();
    if (isIt(one)) uses++;
    if (one.type === 'assignment' && isIt(child(one, 'right'))) {
      const left = child(one, 'left');
      if (left?.type === 'pattern_list' || left?.type === 'tuple_pattern') places = Math.max(places, namedChildren(left).length);
    }
    if (one.type === 'subscript' && isIt(child(one, 'value'))) {
      const index = child(one, 'subscript');
      if (index?.type === 'string') parts++;
      for (const key of textIn(index)) keys.add(key);
      if (index?.type === 'integer') places = Math.max(places, Number(tree.textOf(index)) + 1);
    }
    if (one.type === 'comparison_operator' && isIt(namedChildren(one)[1]))
      for (const key of textIn(namedChildren(one)[0])) sought.add(key);
    const callee = one.type === 'call' ? child(one, 'function') : null;
    if (callee?.type === 'attribute' && isIt(child(callee, 'object')) && tree.textOf(callee).endsWith('.pop')) {
      const given = namedChildren(child(one, 'arguments') ?? one);
      if (given.length === 1) for (const key of textIn(given[0])) keys.add(key);
    }
    for (const part of one.children) visit(part);
  };
  const body = child(node, 'body');
  if (body) visit(body);
  return { keys: [...keys].filter((key) => !sought.has(key)), places: Math.min(16, places), isWhole: uses > parts };
}
