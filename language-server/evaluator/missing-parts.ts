import type { Unknown as Note } from '../network/graph.js';
import type { Interpreter } from './interpreter.js';
import type { Instance, Unknown } from './values.js';

/**
 * Parts of a model that come from a library which is not there: modules that containers got, and results of calls that a module keeps
 * under a name. Layers may be in them that the report does not have.
 */
export function missingParts(run: Interpreter, modules: readonly { path: string; module: Instance }[]): Note[] {
  return modules.flatMap(({ path, module }) => {
    const { unknownBase } = module.class;
    const inside = unknownBase && module.class.node === null ? [{ path, value: unknownBase }] : [];
    const kept = [...module.attributes].flatMap(([name, value]) =>
      value.kind === 'unknown' && mayHoldLayers(run, module, name, value)
        ? [{ path: path === '' ? name : `${path}.${name}`, value }]
        : [],
    );
    return [...inside, ...kept].map((part) => ({
      reason: part.value.reason,
      location: part.value.location ?? module.location,
      path: part.path,
    }));
  });
}

/** A class by its name, or something that the module's own class calls later; loggers, metrics and the like are none. */
function mayHoldLayers(
  run: Interpreter,
  { class: { node, file } }: Instance,
  name: string,
  { result, from = result }: Unknown,
): boolean {
  if (from === undefined || wordsOf(`${from} ${name}`).some((word) => otherThings.test(word))) return false;
  if (result?.split('.').some((part) => /^[A-Z]\w*[a-z]/.test(part))) return true;
  if (!node || file !== run.main) return false;
  const called = new RegExp(`\\bself\\.${name}\\(`);
  return run.dependencies.ask([node], (text, [definition]) => called.test(text.slice(definition!.start, definition!.end)));
}

const otherThings = new RegExp(
  `^(${[
    ...[
      'loss',
      'criteri',
      'metric',
      'accuracy',
      'score',
      'auroc',
      'logg',
      'log$',
      'writer',
      'tracker',
      'meter',
      'timer',
      'token',
    ],
    ...['vocab', 'sampl', 'schedul', 'optim', 'data', 'load', 'process', 'config', 'cfg', 'setting', 'env', 'space', 'buffer'],
    ...['memory', 'transform$', 'transforms', 'augment', 'random', 'rng', 'noise', 'queue', 'thread', 'lock', 'event', 'path'],
    ...[
      'file',
      'time',
      'counter',
      'stats',
      'distribution',
      'callback',
      'executor',
      'pool$',
      'client',
      'session',
      'wandb',
      'numpy',
    ],
    ...['scipy', 'sklearn', 'pandas', 'matplotlib', 'cv2', 'pil$'],
  ].join('|')})`,
);

/** `train_acc`, `FocalLoss`, `torchmetrics.Accuracy`: parts of names in small letters. */
const wordsOf = (text: string): string[] =>
  (text.match(/[A-Z]?[a-z\d]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase());
