import { attends } from '../network/attends.js';
import type { Shape } from '../network/graph.js';
import { isSequenceFirst } from '../network/sequence-first.js';
import { sizesMatter } from '../network/sizes-matter.js';
import { type AssumedInput, contradicts, imageOfConstructor, isTooSmall, usualImages, usualTexts } from './assumed-input.js';
import { BudgetExceeded, Raised } from './budget.js';
import type { Entry } from './entries.js';
import { inputsOf } from './forward-inputs.js';
import { inputShapeOf } from './input-shapes.js';
import type { Interpreter } from './interpreter.js';
import { keptStates } from './module-states.js';
import { callModule } from './modules.js';
import { callValue } from './python/calls.js';
import { classAttribute } from './python/classes.js';
import { tensorsIn } from './tensors.js';
import { Trace } from './trace.js';
import type { Instance, Value } from './values.js';

/** What is run: `forward`, or what is taken for it. */
export interface Model {
  readonly instance: Instance;
  readonly method: Value | undefined;
}

/** The graph that `forward` draws, and what is known or assumed of the input that it got. */
export interface Forward extends Traced {
  /** Samples of an input that the user declared. */
  readonly batch: number | null;
  /** What was assumed about the input, as a sentence. */
  readonly assumed: string | null;
}

/** Runs `forward` on the input that the user declares, or on the best guess that the model agrees with. */
export function runForward(run: Interpreter, model: Model, entry: Entry): Forward {
  const { instance } = model;
  const { shapes, guessed, called } = inputShapeOf(run, instance, entry);
  if (!guessed) {
    const batch = shapes[0]?.[0];
    return { ...runOn(run, model, shapes), batch: typeof batch === 'number' ? batch : null, assumed: null };
  }
  const image = shapes.length > 0 ? { shapes, sentence: null } : imageOfConstructor(run, instance);
  if (image) {
    const first = runOn(run, model, image.shapes);
    const { nodes } = first.trace;
    if (!first.error && !contradicts(nodes) && (called || !isTooSmall(nodes)))
      return { ...first, batch: null, assumed: image.sentence };
    // A guess must not keep the model from being followed.
    run.takeNotes();
  }
  return { ...withoutShape(run, model), batch: null };
}

/** Where `forward` asks for sizes and gets no answer, or a layer wants a certain size, that of a usual image may do, or the longest text. */
function withoutShape(run: Interpreter, model: Model): Traced & Pick<Forward, 'assumed'> {
  const open = runOn(run, model, []);
  const { nodes } = open.trace;
  const images = usualImages(nodes);
  // How many tokens there are matters where they mix.
  const mixes = attends(nodes) || (images.length === 0 && sizesMatter(nodes));
  const asks = open.error !== null || run.countNotes > 0;
  const fits = images.length > 1;
  if (!asks && !mixes && !fits) return { ...open, assumed: null };
  const guesses = images.length > 0 ? images : usualTexts(run, model.instance, nodes);
  const notes = run.takeNotes();
  // An answer to what it asks is one note less.
  const allowed = asks && !mixes && !fits ? notes.length - 1 : notes.length;
  let best: Traced & Pick<Forward, 'assumed'> = { ...open, assumed: null };
  let notesOfBest = notes;
  for (const guess of guesses) {
    const closed = runWith(run, model, guess);
    const isBetter =
      !closed.error &&
      !contradicts(closed.trace.nodes) &&
      !isTooSmall(closed.trace.nodes) &&
      (open.error || run.countNotes <= allowed);
    const own = run.takeNotes();
    if (!isBetter) continue;
    best = { ...closed, assumed: guess.sentence };
    notesOfBest = own;
    if (guess.sentence !== null || images.length > 0 || !sizesMatter(closed.trace.nodes)) break;
    // What a call over all of a text does is plain only now that its length has a name: `F.max_pool1d(x, x.shape[2])`.
    guesses.push(...usualTexts(run, model.instance, closed.trace.nodes).filter(({ sentence }) => sentence !== null));
  }
  for (const { reason, location, path } of notesOfBest) run.note(reason, location, path);
  return best;
}

/** Only a run that knows the sizes shows which of them attention takes as tokens. */
function runWith(run: Interpreter, model: Model, { shapes, sequenceFirst }: AssumedInput): Traced {
  const result = runOn(run, model, shapes);
  const { nodes } = result.trace;
  const input = nodes.find(({ kind }) => kind === 'input');
  if (!sequenceFirst || !input || !attends(nodes) || !isSequenceFirst(nodes, input.id)) return result;
  run.takeNotes();
  return runOn(run, model, sequenceFirst);
}

/** Runs `forward` once on symbolic tensors of these shapes. What cannot be followed in evaluation mode is shown as in training. */
function runOn(run: Interpreter, model: Model, shapes: readonly Shape[]): Traced {
  const result = runInMode(run, model, shapes);
  if (run.training || (!result.error && result.outputs.length > 0)) return result;
  run.takeNotes();
  run.training = true;
  try {
    return runInMode(run, model, shapes);
  } finally {
    run.training = false;
  }
}

interface Traced {
  readonly trace: Trace;
  readonly outputs: readonly number[];
  readonly error: Raised | BudgetExceeded | null;
}

function runInMode(run: Interpreter, { instance, method: forward }: Model, shapes: readonly Shape[]): Traced {
  const trace = new Trace(run.limits.nodes);
  run.trace = trace;
  const restore = keptStates(instance);
  try {
    const own = classAttribute(instance.class, 'forward');
    const node = forward?.kind === 'function' ? forward.node : (instance.class.node ?? run.file.tree.root);
    const inputs =
      forward?.kind === 'function'
        ? inputsOf(run, trace, forward, shapes)
        : { positional: [trace.add({ kind: 'input' }, 'input', [], shapes[0] ?? null, instance.location)], keywords: new Map() };
    const result =
      forward === own || !forward
        ? callModule(run, instance, { ...inputs, node })
        : callValue(run, forward, { ...inputs, positional: [instance, ...inputs.positional], node }, null);
    return { trace, outputs: tensorsIn([result], trace.held), error: null };
  } catch (error) {
    if (!(error instanceof Raised || error instanceof BudgetExceeded)) throw error;
    return { trace, outputs: [], error };
  } finally {
    trace.end();
    run.trace = null;
    restore();
  }
}
