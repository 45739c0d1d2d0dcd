import { knownFrameworks } from '../../language-server/analysis/known-frameworks.js';
import { type Evaluation, evaluate } from '../../language-server/evaluator/evaluate.js';
import type { ModuleReader } from '../../language-server/evaluator/files.js';
import type { SyntaxTree } from '../../language-server/source/syntax-tree.js';
import { loadParser } from '../python-parser.js';

const parser = await loadParser();
const pytorch = knownFrameworks.find(({ packages }) => packages.includes('torch'))!;
const library = parser.parse(pytorch.library);

export interface TextOptions {
  file?: string;
  milliseconds?: number;
  cancelled?: () => boolean;
  modules?: ModuleReader;
  mode?: 'train' | 'eval';
}

/** Evaluates a text as PyTorch code, with the parser's problems among the others. */
export function evaluateText(
  text: string,
  { file = 'model.py', milliseconds, cancelled, modules, mode }: TextOptions = {},
): Evaluation {
  using tree = parser.parse(text);
  const evaluation = evaluate(tree, {
    file,
    framework: pytorch,
    library,
    parse: (fragment) => parser.parse(fragment),
    ...(cancelled ? { cancelled } : {}),
    ...(modules ? { modules } : {}),
    ...(mode ? { mode } : {}),
    ...(milliseconds === undefined ? {} : { limits: { milliseconds } }),
  });
  return { ...evaluation, problems: [...tree.problems, ...evaluation.problems] };
}

export function parseText(text: string): SyntaxTree {
  return parser.parse(text);
}
