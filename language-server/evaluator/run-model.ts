import { aLoss, isLoss } from '../network/loss.js';
import { Raised } from './budget.js';
import type { Entry } from './entries.js';
import { entryMethod, trainingStep } from './entry-method.js';
import type { Interpreter } from './interpreter.js';
import { partsLeftOut, sentenceOnLeftOut, uses } from './left-out-parts.js';
import { followPartsAlone } from './parts-alone.js';
import { classAttribute } from './python/classes.js';
import { type Forward, runForward } from './run-forward.js';
import type { FunctionValue, Instance } from './values.js';

interface Ran extends Pick<Forward, 'trace' | 'outputs' | 'batch'> {
  /** What was assumed. */
  readonly sentences: readonly (string | null)[];
}

/**
 * Runs a model: by `forward`, or by what the class has instead. Where `forward` leaves out parts which the step of a training loop uses, as that of
 * an encoder leaves out its decoder, the step is run if it can be followed as well.
 */
export function runModel(run: Interpreter, entry: Entry, instance: Instance): Ran {
  const own = classAttribute(instance.class, 'forward');
  const method = entryMethod(instance);
  const ran = runForward(run, { instance, method }, entry);
  const { trace, error, assumed } = ran;
  if (error)
    run.note(
      error instanceof Raised ? `forward() would stop here: ${error.message}` : error.message,
      run.current ?? entry.location,
    );
  const instead = method !== own && method?.kind === 'function' ? method.name : null;
  if (error instanceof Raised || !own || instead) {
    followPartsAlone(run, instance, trace);
    const why = own ? 'forward() only raises' : 'There is no forward()';
    return { ...ran, sentences: [instead && `${why}: ${instead}() is taken for it.`, assumed] };
  }
  const parts = error ? [] : partsLeftOut(instance, trace);
  const step = trainingStep(instance.class);
  const trained = step && parts.some((part) => uses(run, step, part)) ? byStep(run, entry, instance, step, ran) : null;
  // What is not followed may come to them.
  const name = run.countNotes > 0 || stops(ran) > 0 ? 'What was followed of forward()' : 'forward()';
  return trained ?? { ...ran, sentences: [sentenceOnLeftOut(run, instance, parts, name), assumed] };
}

/** What a training step makes of a model that it uses more of than `forward` does; `null`: it cannot be followed as well. */
function byStep(run: Interpreter, entry: Entry, instance: Instance, method: FunctionValue, before: Forward): Ran | null {
  const notes = run.takeNotes();
  const trained = runForward(run, { instance, method }, entry);
  const told = run.takeNotes().filter(({ reason }) => reason !== aLoss.reason);
  const [left, others] = [before, trained].map(({ trace }) => partsLeftOut(instance, trace)) as [Instance[], Instance[]];
  const isFollowed =
    !trained.error && trained.outputs.length > 0 && told.length <= notes.length && stops(trained) <= stops(before);
  const isBetter = isFollowed && others.length < left.length;
  for (const { reason, location, path } of isBetter ? told : notes) run.note(reason, location, path);
  if (!isBetter) return null;
  const reached = left.filter((part) => !others.includes(part)).map(({ module }) => module!.path);
  const why = `forward() leaves out ${reached.join(', ')}: ${method.name}() is taken for it.`;
  return { ...trained, sentences: [why, sentenceOnLeftOut(run, instance, others, `${method.name}()`), trained.assumed] };
}

/** How often signals stop on the way. */
const stops = ({ trace }: Forward): number => trace.nodes.filter((node) => node.kind === 'opaque' && !isLoss(node)).length;
