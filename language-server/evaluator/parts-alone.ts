import { BudgetExceeded, Raised } from './budget.js';
import type { Interpreter } from './interpreter.js';
import { callModule, namedModules } from './modules.js';
import { classAttribute } from './python/classes.js';
import type { Trace } from './trace.js';
import type { Instance, ParameterDefinition, Value } from './values.js';

/**
 * Follows each part of a model that its `forward` did not come to, because it stops before or because there is none: what happens inside
 * of a part is known all the same. What such a part gets is not, so that no signal enters it.
 */
export function followPartsAlone(run: Interpreter, root: Instance, trace: Trace): void {
  run.trace = trace;
  try {
    // What cannot be followed there is no more than what is said of the model's own `forward`.
    run.noteIf(
      () => {
        for (const child of partsOf(root)) follow(run, child, trace);
      },
      () => false,
    );
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
  } finally {
    run.trace = null;
  }
}

function follow(run: Interpreter, part: Instance, trace: Trace): void {
  const { path } = part.module!;
  if (path === null || !namedModules(part).some(({ module }) => module.module!.layer)) return;
  if (!trace.entered.has(path)) {
    try {
      callModule(run, part, { positional: inputsOf(part, trace), keywords: new Map(), node: placeOf(run, part) });
    } catch (error) {
      // Its own parts may still be followed.
      if (!(error instanceof Raised)) throw error;
    }
  }
  for (const child of partsOf(part)) follow(run, child, trace);
}

const partsOf = ({ module }: Instance): Instance[] =>
  [...module!.children.values()].filter((child): child is Instance => child.kind === 'instance' && child.module !== null);

const placeOf = (run: Interpreter, { class: { node } }: Instance) => node ?? run.file.tree.root;

function inputsOf(part: Instance, trace: Trace): Value[] {
  const forward = classAttribute(part.class, 'forward');
  const names =
    forward?.kind === 'function'
      ? forward.parameters
          .slice(1)
          .filter(isRequired)
          .map(({ name }) => name)
      : ['input'];
  const reason = `What '${part.module!.path}' gets is not known, since nothing that was followed comes to it.`;
  return names.map((name) => trace.add({ kind: 'opaque', reason }, name, [], null, part.location, part.module!.path!));
}

const isRequired = ({ default: value, kind }: ParameterDefinition): boolean =>
  value === null && (kind === 'normal' || kind === 'positional-only');
