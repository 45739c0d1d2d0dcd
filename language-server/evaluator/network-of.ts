import type {
  InitializerVisit,
  Layer,
  Network,
  Node,
  Unknown as Note,
  Opaque,
  Parameter,
  UnregisteredLayers,
} from '../network/graph.js';
import { logitsOf } from '../network/logits.js';
import { aLoss, isLoss, predictionsOf, withoutLoss } from '../network/loss.js';
import { recognizeStackedSums } from '../network/stacked-sums.js';
import { sumsAsPoolings } from '../network/sums.js';
import { withoutUnfollowedEnd } from '../network/unfollowed-end.js';
import { withoutNodes } from '../network/without-nodes.js';
import { recognizeActivations } from '../network/written-activations.js';
import { recognizeNormalizations, withoutUnread } from '../network/written-normalizations.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import { Raised } from './budget.js';
import type { Entry, EntryArgument } from './entries.js';
import type { Interpreter } from './interpreter.js';
import { missingParts } from './missing-parts.js';
import { namedModules, namedParameters } from './modules.js';
import { callValue } from './python/calls.js';
import { classAttribute } from './python/classes.js';
import { withRescaledInputs } from './rescaled-input.js';
import { runModel } from './run-model.js';
import { touch } from './touch.js';
import type { Trace } from './trace.js';
import { sentenceOnUnapplied, uncalledInitializers } from './uncalled.js';
import { unlistedMatrices } from './unlisted-matrices.js';
import { type ClassValue, type Instance, tuple, type Value } from './values.js';
import { markWrittenElsewhere } from './written-elsewhere.js';

/** Gives each module its path, runs `forward` once on symbolic inputs, and writes down the network. */
export function networkOf(run: Interpreter, entry: Entry, instance: Instance, given: readonly EntryArgument[]): Network {
  const modules = namedModules(instance);
  for (const { module } of modules) runHooks(run, module);
  const layers: Layer[] = [];
  const seen = new Set<Layer>();
  for (const { path, module } of modules) {
    module.module!.path = path;
    const layer = module.module!.layer ?? layerOfParameters(run, module);
    if (!layer || seen.has(layer)) continue;
    seen.add(layer);
    layer.path = path;
    layers.push(layer);
  }
  run.calculated = new Map();
  run.layers = new Map(layers.flatMap((layer) => (layer.weight ? [[layer.weight, layer] as const] : [])).reverse());
  const before = run.takeNotes();
  const { trace, outputs: reached, batch, sentences } = runModel(run, entry, instance);
  const ends = reached.length > 0 ? withoutStates(trace.nodes, reached) : trace.nodes.slice(-1).map(({ id }) => id);
  const { nodes, outputs, end, isRescaled } = finished(run, trace, ends);
  // What multiplies by its weight as it was drawn stays, also where a tied layer does so with the weight turned around.
  const atWork = new Set(nodes.flatMap((node) => (node.kind === 'affine' && node.variant !== 'embedding' ? [node.layer] : [])));
  for (const [weight, layer] of run.calculated) {
    const place = layers.findIndex((one) => one.weight === weight);
    if (place >= 0 && !atWork.has(layers[place]!)) layers[place] = layer;
  }
  layers.push(...layersOfTensors(run, instance, seen));
  markWrittenElsewhere(run, modules);
  const inside = new Set(modules.map(({ module }) => module));
  const assumptions = [
    ...run.open.sentences,
    entry.isAlone ? sentenceOnUnapplied(run, modules) : null,
    ...sentences,
    sentenceOnEnd(end),
    isRescaled ? 'Where forward() divides its input by fixed numbers, the result is what has second moment 1.' : null,
  ].filter((sentence) => sentence !== null);
  const missing = [...missingParts(run, modules), ...unlistedMatrices(instance, layers, nodes)];
  const building = modules.flatMap(({ module }) => run.notesOfBuilding.get(module) ?? []);
  const others = [...building, ...before, ...run.takeNotes()].filter(
    (note) =>
      !missing.some(({ reason }) => reason === note.reason) &&
      !end.some((node) => isSame(note, node)) &&
      (nodes.some(isLoss) || note.reason !== aLoss.reason),
  );
  const notes = [...distinct(missing), ...others];
  return {
    name: entry.name ?? instance.class.name,
    entry: entry.entry,
    framework: run.framework.name,
    location: entry.location,
    arguments: given,
    layers,
    nodes,
    ...(batch !== null && { batch }),
    ...(assumptions.length > 0 && { assumed: assumptions }),
    ...(run.open.choices.length > 0 && { chosen: run.open.choices }),
    outputs,
    // A place in another file means nothing to a reader of this one.
    tensors: trainableTensors(instance, entry.builtAt !== undefined),
    unregistered: unregisteredLayers(modules),
    visits: visitsOf(run, inside),
    nameTests: run.visits.names.neverHeld(run, inside),
    uncalled: uncalledInitializers(run, modules),
    ...(entry.builtAt && { builtAt: entry.builtAt }),
    unknown: notes.map((note) => (note.location.file === run.main.id ? note : { ...note, location: entry.location })),
  };
}

/** The graph as the theory gets it; what is left of calculations that it cannot follow is told. */
function finished(run: Interpreter, trace: Trace, reached: readonly number[]): Finished {
  const rescaled = withRescaledInputs(trace, reached);
  const drawn = withoutWeights(rescaled.nodes, [...trace.spent, ...rescaled.unread], reached);
  const written = recognizeStackedSums(recognizeNormalizations(withoutUnread(drawn, recognizeActivations(drawn.nodes))));
  const { end, ...graph } = withoutUnfollowedEnd({ ...written, outputs: predictionsOf(written.nodes, written.outputs) });
  const outputs = logitsOf(graph.nodes, graph.outputs);
  const nodes = sumsAsPoolings(withoutLoss(graph.nodes, outputs));
  for (const node of nodes)
    if (node.kind === 'opaque' && node.calculation) run.note(node.reason, node.location, node.path || null);
  return { nodes, outputs, end, isRescaled: rescaled.nodes !== trace.nodes };
}

/** Calculations of weights and of places are no part of what signals pass. */
function withoutWeights(
  nodes: readonly Node[],
  spent: Iterable<number>,
  outputs: readonly number[],
): Pick<Network, 'nodes' | 'outputs'> {
  const readers = nodes.map(() => 0);
  for (const { inputs } of nodes) for (const input of inputs) readers[input]!++;
  const gone = new Set<number>();
  const spare = new Set(spent);
  for (const { id, inputs } of nodes.toReversed()) {
    if (!spare.has(id) || readers[id]! > 0 || outputs.includes(id)) continue;
    gone.add(id);
    for (const input of inputs) {
      spare.add(input);
      readers[input]!--;
    }
  }
  return withoutNodes({ nodes, outputs }, gone);
}

interface Finished extends Pick<Network, 'nodes' | 'outputs'> {
  /** forward() divides an input by its unit. */
  readonly isRescaled: boolean;
  /** What was cut off behind the last weights. */
  readonly end: readonly (Node & Opaque)[];
}

function isSame({ reason, location: { file, range } }: Note, node: Node & Opaque): boolean {
  const { start } = node.location.range;
  return (
    reason === node.reason &&
    file === node.location.file &&
    range.start.line === start.line &&
    range.start.character === start.character
  );
}

/** What gradients are relative to, where more than a loss was cut off. */
function sentenceOnEnd(end: Finished['end']): string | null {
  const names = [...new Set(end.filter((node) => !isLoss(node)).map(({ name }) => `'${name}'`))].slice(0, 4);
  if (names.length === 0) return null;
  const what = names.length === 1 ? `${names[0]} is` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are`;
  return `Behind the last weights, ${what} not followed: gradients are relative to those of what enters there.`;
}

/** Parts that a loop made at one place are told once. */
function distinct(notes: readonly Note[]): Note[] {
  const key = ({ reason, location: { file, range } }: Note) => `${reason} ${file} ${range.start.line} ${range.start.character}`;
  return [...new Map(notes.toReversed().map((note) => [key(note), note])).values()].toReversed();
}

/** Runs what a layer runs before each use: `setattr(module, 'weight', scaled)` gives it another weight than the one that was drawn. */
function runHooks(run: Interpreter, instance: Instance): void {
  const state = instance.module!;
  if (!state.before || !state.layer?.weight) return;
  for (const hook of state.before) {
    const inputs = tuple([run.unknown('What this hook gets is not known.', null)]);
    try {
      callValue(
        run,
        hook,
        { positional: [instance, inputs], keywords: new Map(), node: instance.class.node ?? run.file.tree.root },
        null,
      );
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
    }
  }
  const made = instance.attributes.get('weight');
  if (!made) return;
  const { weight } = state.layer;
  const text = 'a hook before each use';
  const unknown = {
    family: 'unknown',
    mean: null,
    variance: null,
    formula: null,
    source: { kind: 'call', text, location: null },
  } as const;
  const writes = made.kind === 'parameter' ? made.parameter.writes : [unknown];
  state.layer = { ...state.layer, weight: { ...weight, writes: [...writes] } };
}

function visitsOf(run: Interpreter, inside: ReadonlySet<Instance>): InitializerVisit[] {
  return run.visits.finished.flatMap(({ root, ...visit }) =>
    inside.has(root) ? [{ ...visit, below: root.module!.path ?? '' }] : [],
  );
}

/** Registered tensors. Where a class has a base that is not known, or reads its weights itself, something else may write its tensors. */
function trainableTensors(root: Instance, builtHere: boolean): { path: string; parameter: Parameter }[] {
  for (const { module } of namedModules(root)) {
    if (module.class.unknownBase || weightReaders.some((name) => classAttribute(module.class, name))) touch([module]);
    if (!builtHere)
      touch([...module.module!.parameters].flatMap(([name, value]) => (isWrittenElsewhere(module.class, name) ? [value] : [])));
  }
  return namedParameters(root).flatMap(({ path, value: { parameter, trainable } }) =>
    trainable && !parameter.frozen ? [{ path, parameter }] : [],
  );
}

/** Code outside of a class writes its tensor of that name: the initializer of a model that the class was not built in. */
function isWrittenElsewhere({ file, node }: ClassValue, name: string): boolean {
  if (!file || !node || !/^\w+$/.test(name)) return false;
  const known = written.get(node)?.get(name);
  if (known !== undefined) return known;
  const rest = `${file.tree.text.slice(0, node.start)}\n${file.tree.text.slice(node.end)}`;
  const tensor = `(?<!\\bself)\\.${name}\\b`;
  const found = new RegExp(`_\\([^\\n]*${tensor}|${tensor}(\\.data)?(\\.\\w+_\\(|\\s*=[^=])`).test(rest);
  written.set(node, (written.get(node) ?? new Map()).set(name, found));
  return found;
}

/** By definition of a class: many modules of one class have a tensor of one name. */
const written = new WeakMap<SyntaxNode, Map<string, boolean>>();

const weightReaders = ['load_weights', 'load_state_dict', '_load_from_state_dict', 'from_pretrained', 'load_from'];

/** Layers that ran in `forward` and stand in plain containers only. A class that lists its parameters itself knows what it does. */
function unregisteredLayers(modules: readonly { path: string; module: Instance }[]): UnregisteredLayers[] {
  const registered = new Set(modules.map(({ module }) => module));
  return modules.flatMap(({ path, module }) => {
    if (classAttribute(module.class, 'parameters')) return [];
    return [...(module.module!.places ?? [])].flatMap(([name, location]): UnregisteredLayers[] => {
      const value = module.attributes.get(name);
      if (value?.kind !== 'list' && value?.kind !== 'tuple' && value?.kind !== 'dict') return [];
      const kept = modulesIn(value);
      // One module in a list of its own is the usual way to keep it from being registered.
      if (kept.length < 2 || kept.some((one) => registered.has(one))) return [];
      const layers = kept
        .filter((one) => one.module!.called)
        .flatMap((one) => namedModules(one).flatMap((inner) => inner.module.module!.layer ?? []));
      const label = path === '' ? name : `${path}.${name}`;
      return layers.length > 0 ? [{ path: label, container: value.kind, location, layers, flat: holdsModulesOnly(value) }] : [];
    });
  });
}

function holdsModulesOnly(value: Extract<Value, { kind: 'list' | 'tuple' | 'dict' }>): boolean {
  const isModule = (item: Value) => item.kind === 'instance' && item.module != null;
  if (value.kind !== 'dict') return value.items.every(isModule);
  return [...value.entries.values()].every((entry) => isModule(entry.value) && entry.key.kind === 'string');
}

function modulesIn(value: Value, depth = 3): Instance[] {
  switch (value.kind) {
    case 'instance':
      return value.module ? [value] : [];
    case 'list':
    case 'tuple':
      return depth > 0 ? value.items.flatMap((item) => modulesIn(item, depth - 1)) : [];
    case 'dict':
      return depth > 0 ? [...value.entries.values()].flatMap((entry) => modulesIn(entry.value, depth - 1)) : [];
    default:
      return [];
  }
}

/** Tensors that `forward` used as the weights of layers without a module of their own. */
function layersOfTensors(run: Interpreter, root: Instance, known: ReadonlySet<Layer>): Layer[] {
  return namedParameters(root).flatMap(({ path, value: { parameter } }) => {
    const [layer, made] = [run.layers.get(parameter), run.calculated.get(parameter)];
    if (!layer) return made ? [made] : [];
    if (known.has(layer)) return [];
    layer.path = path;
    return [layer];
  });
}

/** A user's own layer: a module that owns a parameter named like a weight. */
function layerOfParameters(run: Interpreter, module: Instance): Layer | null {
  const parameters = [...module.module!.parameters].flatMap(([name, value]): [string, Parameter][] =>
    value.kind === 'parameter' ? [[name, value.parameter]] : [],
  );
  const weight = parameters.find(
    ([name, parameter]) => /(^|_)(weight|kernel)s?$/i.test(name) && (parameter.shape?.length ?? 0) >= 2,
  );
  if (!weight) return null;
  const fans = run.framework.fans(weight[1].shape);
  return {
    path: '',
    kind: module.class.name,
    location: module.location,
    weight: weight[1],
    bias: parameters.find(([name]) => /(^|_)bias$/i.test(name))?.[1] ?? null,
    fanIn: fans?.fanIn ?? null,
    fanOut: fans?.fanOut ?? null,
    summands: fans?.fanIn ?? null,
    others: parameters.filter((one) => one !== weight).map(([, parameter]) => parameter),
  };
}

/** A recurrent model hands its state to the next call beside what a loss reads. */
function withoutStates(nodes: readonly Node[], outputs: readonly number[]): readonly number[] {
  const read = outputs.filter((id) => !isState(nodes[id]!));
  return read.length > 0 ? read : outputs;
}

/** What units end with, or those of a cell after its step. */
const isState = (node: Node): boolean =>
  node.kind === 'reshape' ? node.state !== undefined : node.kind === 'recurrent' && node.sequence === null;
