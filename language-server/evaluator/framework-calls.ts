import type {
  CreatorRow,
  FunctionRow,
  InitializerRow,
  Operated,
  OperationContext,
  Output,
  ValueRow,
} from '../frameworks/framework.js';
import { initialize } from '../frameworks/index.js';
import type { Source } from '../network/distribution.js';
import type { Layer, Parameter, Shape } from '../network/graph.js';
import { numberOf, type Quantity, subtract } from '../network/quantity.js';
import { Raised } from './budget.js';
import { calculatedLayer, calculatedParameter } from './calculated-weights.js';
import type { Interpreter } from './interpreter.js';
import { writeTap } from './kernel-taps.js';
import { writeBlock } from './matrix-parts.js';
import { momentsOf, numbersIn, sizesOf } from './python/arrays.js';
import { bindSignature, fromArgument, parseSignature, toArguments, withOwnNames } from './signature.js';
import { forgetParameter, nodesIn, opaque, scaleDistribution, tensorsIn, toTensor } from './tensors.js';
import { touch } from './touch.js';
import { outside } from './trace.js';
import {
  type Builtin,
  builtin,
  type Call,
  type FrameworkFunction,
  none,
  type ParameterValue,
  type Tensor,
  tuple,
  typeName,
  type Value,
} from './values.js';
import { noteVectorWrite } from './vector-parts.js';

/** Calls a function that the framework's tables describe. */
export function callFrameworkFunction(run: Interpreter, { name, target }: FrameworkFunction, call: Call): Value {
  const out = call.keywords.get('out');
  if (out?.kind === 'parameter') return writtenTo(run, out, call);
  switch (target.kind) {
    case 'initializer':
      return callInitializer(run, name, target.row, call);
    case 'value': {
      const value = callValueRow(name, target.row, call);
      const creator = value.kind === 'unknown' ? run.framework.creators[name] : undefined;
      return creator ? callCreator(run, creator, name, call) : value;
    }
    case 'function':
      return callFunctionRow(run, name, target.row, call);
  }
}

/** `torch.arange(n, out=self.weight)`. */
function writtenTo(run: Interpreter, out: Extract<Value, { kind: 'parameter' }>, { node }: Call): Value {
  const text = run.file.tree.textOf(node).slice(0, 60);
  forgetParameter(run, out, text, `What '${text}' writes is not followed.`, node);
  return out;
}

function callValueRow(name: string, row: ValueRow, call: Call): Value {
  try {
    const result = fromArgument(row.value(toArguments(bindSignature(row.signature, call, name))), row.float ?? false);
    return result.kind === 'unknown' && row.ofUnknown !== undefined ? tableOf(row.ofUnknown, name) : arrayResult(row, result);
  } catch (error) {
    if (error instanceof RangeError) throw new Raised('ValueError', error.message);
    throw error;
  }
}

/** Numbers of which only the second moment is known. */
function tableOf(variance: number, name: string): ParameterValue {
  const source = { kind: 'call', text: `${name}(…)`, location: null } as const;
  const parameter: Parameter = {
    name: '',
    shape: null,
    writes: [{ family: 'unknown', mean: 0, variance, formula: null, source }],
  };
  return { kind: 'parameter', parameter, trainable: false };
}

/** A sequence of numbers is a tensor of known numbers; a sequence of such sequences is several tensors. */
function asArrays(result: Value): Value {
  if (result.kind !== 'tuple') return result;
  if (result.items.some((item) => item.kind === 'tuple')) return tuple(result.items.map(asArrays));
  return asTable(result);
}

const asTable = (result: Value): Value =>
  result.kind === 'tuple' ? { kind: 'list', items: result.items.map(asTable), array: true } : result;

function arrayResult(row: ValueRow, result: Value): Value {
  if (row.grids && result.kind === 'tuple') return tuple(result.items.map(asTable));
  if (row.table) return asTable(result);
  return row.array ? asArrays(result) : result;
}

/** Rows know the usual signatures; a call that fits none of them is one that is not followed. */
function bindOrExplain(signature: string, call: Call, name: string): Map<string, Value> | string {
  try {
    return bindSignature(signature, call, name);
  } catch (error) {
    if (error instanceof Raised) return `This call of ${name}() is not followed: ${error.message}`;
    throw error;
  }
}

function fits(signature: string, call: Call, name: string): boolean {
  return typeof bindOrExplain(signature, call, name) !== 'string';
}

/** A method of a symbolic tensor, bound to it; `undefined`: the framework has no such method. */
export function callMethodRow(run: Interpreter, tensor: Tensor, name: string): Builtin | undefined {
  const row = run.framework.methods[name];
  if (row)
    return builtin(name, (call) => {
      const result = callFunctionRow(run, name, row, { ...call, positional: [tensor, ...call.positional] });
      return isInPlace(name) ? movedTo(tensor, result) : result;
    });
  const creator = creatorMethod(run, tensor, name);
  if (creator) return creator;
  if (run.framework.initializers[`Tensor.${name}`]) return builtin(name, () => tensor);
  return builtin(name, (call) => {
    const result = opaque(
      run,
      `The method .${name}() of a tensor is not known to the analysis.`,
      [tensor.node, ...tensorsIn([...call.positional, ...call.keywords.values()])],
      call.node,
      name,
      { weightless: true, ...(isInPlace(name) && { shape: tensor.shape }) },
    );
    return isInPlace(name) ? movedTo(tensor, result) : result;
  });
}

/** `x.relu_()`: the tensor itself is what comes out. */
export const isInPlace = (method: string): boolean => method.endsWith('_') && !method.endsWith('__');

/** `x.new_zeros(4, 4)`: a tensor that has only its kind from this one. */
export function creatorMethod(run: Interpreter, tensor: Tensor | ParameterValue, name: string): Builtin | undefined {
  const full = `Tensor.${name}`;
  const row = run.framework.creators[full];
  if (!row) return undefined;
  return builtin(name, (call) =>
    callCreator(run, row, full, row.sizes === 'like' ? { ...call, positional: [tensor, ...call.positional] } : call),
  );
}

/** What an operation in place leaves in a tensor, under all its names. */
export function movedTo(tensor: Tensor, result: Value): Value {
  if (result.kind !== 'tensor') return result;
  tensor.node = result.node;
  tensor.shape = result.shape;
  return tensor;
}

function callFunctionRow(run: Interpreter, name: string, row: FunctionRow, call: Call): Value {
  const short = name.split('.').at(-1)!;
  const bound = bindOrExplain(row.signature, withOwnNames(row.signature, call, run.framework.otherNames), short);
  if (typeof bound === 'string')
    return opaque(run, bound, nodesIn(run, [...call.positional, ...call.keywords.values()], call.node), call.node, short, {
      weightless: true,
    });
  const constant = ofConstant(row, bound) ?? triangle(run, row, bound, call);
  if (constant) return constant;
  const given = [...bound.values()];
  if (!run.trace) {
    const shaped = shapesOnly(row, bound);
    if (shaped) return shaped;
  }
  const hasTensor = tensorsIn(given).length > 0 || (run.trace !== null && given.some(({ kind }) => kind === 'parameter'));
  const onNumbers = run.framework.values[name];
  const canFlow = hasTensor || (!onNumbers && row.tensors.some((key) => holdsNumbers(bound.get(key))));
  if (!canFlow || !run.trace) {
    if (onNumbers && fits(onNumbers.signature, call, name)) return callValueRow(name, onNumbers, call);
    const parameter = given.find((value): value is ParameterValue => value.kind === 'parameter');
    const unknown = given.find((value) => value.kind === 'unknown');
    if (parameter && !run.trace) {
      touch(given);
      return { ...run.unknown(`The result of ${short}() is not followed outside of forward().`, call.node) };
    }
    return unknown?.kind === 'unknown' ? unknown : run.unknown(`The result of ${short}() is not followed here.`, call.node);
  }
  const { weight, weightAt, others } = weightIn(row, bound);
  const isWeight = weight?.kind === 'parameter' && weight.trainable;
  const tensors = row.tensors.flatMap((key) => inputsOf(run, isWeight && key === row.weight ? others : bound.get(key), call));
  const context = {
    arguments: toArguments(bound),
    inputs: tensors.map((tensor) => tensor.shape),
    layer: layerOf(run, isWeight ? weight : bound.get('weight')),
    parameters: { ...parametersIn(bound), ...(isWeight && weightAt !== undefined && { [row.weight!]: weight.parameter }) },
    shapeOf: (argument: string) => shapeOfTensor(bound.get(argument)),
    ...(weightAt !== undefined && { weightAt }),
    causal: row.mask !== undefined && isCausal(bound.get(row.mask)),
    masked: row.mask !== undefined && isOtherMask(bound.get(row.mask)),
    place: { path: run.trace.path, location: run.location(call.node) },
  };
  const key = row.weight ?? 'weight';
  const made = isWeight ? undefined : calculatedWeightIn(bound.get(key));
  const layerAtWork = made
    ? calculatedLayer(run, short, made, bound.get('bias'), { node: call.node, rowsAreInputs: row.weight !== undefined })
    : null;
  const own = made && layerAtWork ? withWeight(row, context, key, layerAtWork.layer) : null;
  if (own && layerAtWork) {
    run.calculated.set(layerAtWork.of, layerAtWork.layer);
    if (layerAtWork.layer.weight?.writes.at(-1)?.variance === null)
      run.note(
        'The weight of this layer is calculated, and so its distribution is not known.',
        call.node,
        run.trace.path || null,
      );
  }
  const result = own ?? scaledAndShifted(run, row, context, bound);
  const inputs = tensors.map((tensor) => tensor.node);
  if (typeof result === 'string') {
    const weight = calculatedFrom(run, bound.get('weight'));
    const layer = weight && run.layers.get(weight);
    // A weight that is calculated from another one has its sizes.
    const sized = weight
      ? row.operation({ ...context, layer: layer ?? null, parameters: { ...context.parameters, weight } })
      : '';
    return opaque(run, result, inputs, call.node, short, {
      ...(layer && { layer }),
      ...(!row.weight && !bound.has('weight') && { weightless: true }),
      shape: typeof sized === 'string' ? null : sized.shape,
    });
  }
  const { layer } = result.operation.kind === 'affine' ? result.operation : { layer: null };
  if (own) inputs.length = 1;
  // A tensor that is used twice is one layer.
  if (layer?.weight && !own && !run.layers.has(layer.weight)) run.layers.set(layer.weight, layer);
  if (result.operation.kind === 'opaque' && !result.operation.calculation && !run.trace.areFixed(inputs))
    run.note(result.operation.reason, call.node, run.trace.path || null);
  const location = run.location(call.node);
  const node = run.trace.add(result.operation, short, inputs, result.shape, location);
  if (!result.outputs) return node;
  const spread = (outputs: readonly Output[]): Value =>
    tuple(
      outputs.map((output) =>
        'shape' in output
          ? run.trace!.add(
              { kind: 'reshape', ...(output.taken && { taken: output.taken }) },
              short,
              [node.node],
              output.shape,
              location,
            )
          : spread(output),
      ),
    );
  return spread(result.outputs);
}

/** The operation; where it normalizes, with scale and shift also where these are calculated from tensors of the model. */
function scaledAndShifted(
  run: Interpreter,
  row: FunctionRow,
  context: OperationContext,
  bound: ReadonlyMap<string, Value>,
): Operated | string {
  const result = row.operation(context);
  if (typeof result === 'string' || result.operation.kind !== 'normalization') return result;
  const given = ['weight', 'bias'].filter((key) => bound.get(key)?.kind === 'tensor');
  if (given.length === 0) return result;
  const made = given.map((key) => [key, calculatedParameter(run, bound.get(key))] as const);
  const missing = made.find(([, parameter]) => parameter === null);
  if (missing) return `The ${missing[0]} of this normalization is calculated, and so its distribution is not known.`;
  const parameters = Object.fromEntries(made) as Record<string, Parameter>;
  return row.operation({ ...context, parameters: { ...context.parameters, ...parameters } });
}

/** The operation with a layer whose weight is calculated; `null` where it is none with one. */
function withWeight(row: FunctionRow, context: OperationContext, key: string, layer: Layer): Operated | null {
  const parameters = { ...context.parameters, [key]: layer.weight! };
  const result = row.operation({ ...context, inputs: context.inputs.slice(0, 1), layer, parameters });
  return typeof result !== 'string' && result.operation.kind === 'affine' && result.operation.layer === layer ? result : null;
}

/** A weight that is no tensor of the model itself. */
function calculatedWeightIn(weight: Value | undefined): Value | undefined {
  return weight?.kind === 'tensor' || (weight?.kind === 'parameter' && weight.from) ? weight : undefined;
}

/** Tables of known numbers, or a sequence of them. */
function holdsNumbers(value: Value | undefined): boolean {
  return (
    (value?.kind === 'list' && value.array === true) ||
    ((value?.kind === 'list' || value?.kind === 'tuple') && value.items.some(holdsNumbers))
  );
}

/** The argument that may be a layer's weight; where it takes several tensors, the only one that is trainable, and the others. */
function weightIn(
  row: FunctionRow,
  bound: ReadonlyMap<string, Value>,
): { weight: Value | undefined; weightAt?: number; others: Value | undefined } {
  const given = row.weight ? bound.get(row.weight) : undefined;
  if (given?.kind !== 'tuple' && given?.kind !== 'list') return { weight: given, others: undefined };
  const places = given.items.flatMap((item, i) => (item.kind === 'parameter' && item.trainable ? [i] : []));
  const [weightAt] = places;
  if (weightAt === undefined || places.length > 1 || given.items.length !== 2) return { weight: undefined, others: undefined };
  return { weight: given.items[weightAt], weightAt, others: given.items[1 - weightAt] };
}

/** `self.features(probe).view(1, -1).size(1)` outside of `forward`: of what a module made to find a size, the sizes are all that counts. */
function shapesOnly(row: FunctionRow, bound: ReadonlyMap<string, Value>): Value | null {
  const tensors = row.tensors.flatMap((key) => {
    const value = bound.get(key);
    return value?.kind === 'list' || value?.kind === 'tuple' ? value.items : value ? [value] : [];
  });
  const inputs = tensors.flatMap((value) => (value.kind === 'tensor' ? [value] : []));
  const [first] = inputs;
  if (!first || inputs.length < tensors.filter(({ kind }) => kind !== 'none' && kind !== 'number').length) return null;
  const result = row.operation({ arguments: toArguments(bound), inputs: inputs.map(({ shape }) => shape), layer: null });
  if (typeof result === 'string' || result.outputs || result.operation.kind === 'affine') return null;
  return { kind: 'tensor', node: outside, shape: result.shape };
}

/** `torch.log(10 * torch.ones(heads))`: entries that are all the same number stay so. */
function ofConstant(row: FunctionRow, bound: ReadonlyMap<string, Value>): ParameterValue | null {
  const [name] = row.tensors;
  const tensor = name === undefined ? undefined : bound.get(name);
  if (!row.constant || tensor?.kind !== 'parameter' || name === undefined) return null;
  const last = tensor.parameter.writes.at(-1);
  if (last?.variance !== 0 || typeof last.mean !== 'number') return null;
  const mean = row.constant({ ...toArguments(bound), [name]: last.mean });
  if (mean === undefined) return null;
  const { shape } = tensor.parameter;
  const parameter: Parameter = { name: tensor.parameter.name, shape, writes: [{ ...last, family: 'constant', mean }] };
  return { kind: 'parameter', parameter, trainable: false };
}

/** `torch.tril(torch.ones(n, n))`: which tokens see which, before anything is made of it. */
function triangle(run: Interpreter, row: FunctionRow, bound: ReadonlyMap<string, Value>, call: Call): Value | null {
  const tensor = bound.get(row.tensors[0] ?? '');
  if (!row.triangular || tensor?.kind !== 'parameter' || tensor.trainable || tensor.parameter.writes.at(-1)?.variance !== 0)
    return null;
  const value = run.unknown('The entries of a triangular mask are not followed.', call.node);
  return value.kind === 'unknown' ? { ...value, causal: true } : value;
}

const isCausal = (value: Value | undefined): boolean => value?.kind === 'unknown' && value.causal === true;

const isOtherMask = (value: Value | undefined): boolean => value !== undefined && value.kind !== 'none' && !isCausal(value);

/** The same of a method of such a tensor. */
export function methodOfConstant(run: Interpreter, value: ParameterValue, name: string): Builtin | undefined {
  const row = run.framework.methods[name];
  if (!(row?.constant || row?.triangular) || value.parameter.writes.at(-1)?.variance !== 0) return undefined;
  return builtin(name, (call) => callFunctionRow(run, name, row, { ...call, positional: [value, ...call.positional] }));
}

function parametersIn(bound: ReadonlyMap<string, Value>): Record<string, Parameter> {
  const parameters: Record<string, Parameter> = {};
  for (const [name, value] of bound) if (value.kind === 'parameter') parameters[name] = value.parameter;
  return parameters;
}

function shapeOfTensor(value: Value | undefined): Shape {
  if (value?.kind === 'tensor') return value.shape;
  return value?.kind === 'parameter' ? value.parameter.shape : null;
}

/** The layer of the model that owns a tensor which a function is given as its weight. */
function layerOf(run: Interpreter, weight: Value | undefined): Layer | null {
  return weight?.kind === 'parameter' ? (run.layers.get(weight.parameter) ?? null) : null;
}

/** The weight from which a tensor is calculated, a layer's if there is one: weight standardization, fake quantization. */
function calculatedFrom(run: Interpreter, weight: Value | undefined): Parameter | undefined {
  const { trace } = run;
  if (weight?.kind !== 'tensor' || !trace) return undefined;
  const front = [weight.node];
  let other: Parameter | undefined;
  for (let i = 0; i < front.length && i < 100; i++) {
    const node = trace.nodes[front[i]!]!;
    const parameter = node.kind === 'parameter' || node.kind === 'scale' || node.kind === 'shift' ? node.parameter : null;
    if (parameter) {
      if (run.layers.has(parameter)) return parameter;
      if ((parameter.shape?.length ?? 0) > 2) other ??= parameter;
    }
    front.push(...node.inputs);
  }
  return other;
}

function inputsOf(run: Interpreter, value: Value | undefined, call: Call): Tensor[] {
  if (!value) return [];
  if ((value.kind === 'list' && !value.array) || value.kind === 'tuple')
    return value.items.flatMap((item) => inputsOf(run, isNoTensor(item) ? noTensor(run, item, call) : item, call));
  const tensor = toTensor(run, value, call.node);
  return tensor ? [tensor] : [];
}

const isNoTensor = ({ kind }: Value): boolean =>
  kind === 'class' || kind === 'builtin' || kind === 'function' || kind === 'instance';

const noTensor = (run: Interpreter, value: Value, call: Call): Value =>
  run.unknown(`A tensor is expected here, and not a value of type ${typeName(value)}.`, call.node);

function callInitializer(run: Interpreter, name: string, row: InitializerRow, call: Call): Value {
  const key = parseSignature(row.signature)[0]?.name ?? 'tensor';
  const target = call.positional[0] ?? call.keywords.get(key);
  if (target?.kind !== 'parameter') {
    if (target?.kind === 'none') throw new Raised('AttributeError', `${name}() is called on None.`);
    if (target?.kind === 'unknown')
      run.note(`${name.split('.').at(-1)}() initializes something that is not known: ${target.reason}`, call.node);
    return target ?? none;
  }
  writeParameter(run, name, row, target, call);
  return target;
}

/** Writes what an initializer makes of a tensor; the last write rules, as when the program runs. */
export function writeParameter(run: Interpreter, name: string, row: InitializerRow, target: ParameterValue, call: Call): void {
  const { parameter } = target;
  if (row.recomputes) {
    parameter.recomputed ??= { text: row.recomputes, location: run.location(call.node), lost: [] };
    return;
  }
  const count = parameter.writes.length;
  writeTensor(run, name, row, target, call);
  writeTap(target);
  noteVectorWrite(target);
  writeBlock(target);
  parameter.recomputed?.lost.push(...parameter.writes.splice(count));
}

function writeTensor(run: Interpreter, name: string, row: InitializerRow, target: ParameterValue, call: Call): void {
  const short = name.split('.').at(-1)!;
  const bound = bindSignature(row.signature, call, short);
  const source = {
    ...writer(run, initializerText(run, short, call), call),
    ...(run.isUndecided && { undecided: true as const }),
  };
  const { parameter } = target;
  if (row.scales) {
    const factor = row.scales(toArguments(bound));
    const last = parameter.writes.at(-1);
    parameter.writes.push(
      last && factor !== undefined
        ? { ...scaleDistribution(last, factor), source: { ...source, changes: true } }
        : { family: 'unknown', mean: null, variance: null, formula: null, source },
    );
    return;
  }
  const copied = row.copies ? bound.get(row.copies) : undefined;
  if (copied?.kind === 'parameter' && copied.parameter !== parameter) {
    const last = copied.parameter.writes.at(-1);
    if (last && last.family !== 'undefined') {
      parameter.writes.push({ ...last, source: { ...source, copies: true } });
      return;
    }
  }
  try {
    parameter.writes.push(initialize(run.framework, name, row, toArguments(bound), parameter.shape, source));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Raised('ValueError', error.message);
  }
}

/** A call that says what a tensor holds: of the program, or of the framework's own code. */
const writer = (run: Interpreter, text: string, { node }: Call): Source => ({
  kind: 'call',
  text,
  location: run.location(node),
  ...(run.file === run.library && { byFramework: true as const }),
});

/** `kaiming_normal_(mode='fan_out')`: the call without the tensor, as a user would say it. */
function initializerText(run: Interpreter, short: string, call: Call): string {
  const list = call.node.children.find((part) => part.field === 'arguments');
  if (!list || run.file === run.library) return short;
  const rest = list.children
    .filter((part) => part.named)
    .slice(call.positional.length > 0 && !short.startsWith('Tensor.') ? 1 : 0);
  const text = rest.map((part) => run.file.tree.textOf(part)).join(', ');
  return text.length > 0 && text.length <= 60 ? `${short}(${text})` : short;
}

/** `torch.randn(3, 4)`, `torch.zeros_like(x)`: a tensor with a distribution that is not a parameter yet. */
export function callCreator(run: Interpreter, row: CreatorRow, name: string, call: Call): Value {
  const out = call.keywords.get('out');
  if (out?.kind === 'parameter') return writtenTo(run, out, call);
  const [first] = call.positional;
  const given = call.keywords.get('size') ?? (row.sizes === 'last' ? call.positional.at(-1) : first);
  let sizes: Value[] = [];
  let shape: Shape = null;
  if (row.sizes === 'like')
    shape = first?.kind === 'parameter' ? first.parameter.shape : first?.kind === 'tensor' ? first.shape : null;
  else if (row.sizes === 'counted') shape = countOf(call);
  else if (row.sizes === 'positional' || (row.sizes === 'last' && (given?.kind === 'tuple' || given?.kind === 'list'))) {
    sizes =
      given?.kind === 'tuple' || given?.kind === 'list' ? [...given.items] : row.fill && given ? [given] : [...call.positional];
    shape = sizes.every((size) => size.kind === 'number')
      ? sizes.map((size) => (size as Extract<Value, { kind: 'number' }>).value)
      : null;
  }
  if (row.contents || (row.sizesOrData && (given?.kind === 'parameter' || isListOfNumbers(given))))
    return tensorOf(run, first ?? call.keywords.get('data'), name, call);
  const fill = row.fill ? (call.keywords.get(row.fill) ?? call.positional[row.fillPosition ?? 1]) : undefined;
  const mean: Quantity | null = row.fill ? (fill?.kind === 'number' ? fill.value : null) : row.mean;
  const parameter: Parameter = {
    name: '',
    shape,
    writes: [
      {
        family: row.family === 'undefined' && holdsData(row, given) ? 'unknown' : row.family,
        mean,
        variance: row.variance,
        formula: null,
        source: writer(run, name.split('.').slice(-2).join('.'), call),
      },
    ],
  };
  return { kind: 'parameter', parameter, trainable: false, ...(row.sizes === 'counted' && { rising: true }) };
}

/** `torch.arange(n)`: as many numbers as there are between two ends, with the step one. */
function countOf({ positional, keywords }: Call): Shape {
  const [first, second, step] = positional;
  const start = keywords.get('start') ?? (second ? first : undefined);
  const end = keywords.get('end') ?? second ?? (keywords.has('start') ? undefined : first);
  if (end?.kind !== 'number' || (start && start.kind !== 'number') || step || keywords.has('step')) return null;
  return [start ? subtract(end.value, start.value) : end.value];
}

/** `torch.tensor(0.5)`, `torch.from_numpy(random)`: a tensor of its own with what is given. */
function tensorOf(run: Interpreter, given: Value | undefined, name: string, call: Call): ParameterValue {
  const source = writer(run, name.split('.').slice(-2).join('.'), call);
  return { kind: 'parameter', parameter: contentsOf(given, source), trainable: false };
}

/** What is known of the numbers that a tensor gets: those of another tensor, or the same number in all places. */
export function contentsOf(given: Value | undefined, source: Source): Parameter {
  const last = given?.kind === 'parameter' ? given.parameter.writes.at(-1) : undefined;
  if (given?.kind === 'parameter' && last) return { name: '', shape: given.parameter.shape, writes: [{ ...last, source }] };
  const numbers = given?.kind === 'number' ? [given.value] : (given && numbersIn(given)) || [];
  const shape = given?.kind === 'number' ? [] : given?.kind === 'list' || isListOfNumbers(given) ? sizesOf(given) : null;
  const known = numbers.filter((one) => typeof one === 'number');
  const [first] = numbers;
  const same = first !== undefined && numbers.every((one) => one === first);
  const moments = same
    ? { mean: first, variance: 0 }
    : known.length > 0 && known.length === numbers.length
      ? momentsOf(known)
      : { mean: null, variance: null };
  return { name: '', shape, writes: [{ family: same ? 'constant' : 'unknown', ...moments, formula: null, source }] };
}

/** Contents, in one row; whole numbers in a tuple may as well be sizes. */
function isListOfNumbers(given: Value | undefined): given is Extract<Value, { kind: 'list' | 'tuple' }> {
  if (given?.kind !== 'list' && given?.kind !== 'tuple') return false;
  const isRow = given.items.length > 0 && given.items.every((item) => item.kind === 'number' && numberOf(item.value) !== null);
  return isRow && (given.kind === 'list' || given.items.some((item) => item.kind === 'number' && item.float));
}

/** `torch.Tensor([0.5, 1.5])`: what is no number in place of the sizes may be the contents. */
function holdsData(row: CreatorRow, given: Value | undefined): boolean {
  return row.sizesOrData === true && given !== undefined && given.kind !== 'number';
}

/** `nn.Parameter(tensor)`. */
export function makeTrainable(run: Interpreter, call: Call): Value {
  const tensor = call.positional[0] ?? call.keywords.get('data');
  if (tensor?.kind === 'parameter') {
    const gradient = call.positional[1] ?? call.keywords.get('requires_grad');
    if (gradient?.kind === 'bool' && !gradient.value) tensor.parameter.frozen = true;
    return { kind: 'parameter', parameter: tensor.parameter, trainable: true };
  }
  if (tensor?.kind === 'number') return constantParameter(run, tensor.value, call);
  if (tensor?.kind === 'list' && tensor.array) {
    const source = writer(run, 'numbers of the program', call);
    return { kind: 'parameter', parameter: contentsOf(tensor, source), trainable: true };
  }
  const reason = tensor?.kind === 'unknown' ? tensor.reason : 'The tensor of this parameter is not known.';
  const parameter: Parameter = {
    name: '',
    shape: null,
    writes: [
      {
        family: 'unknown',
        mean: null,
        variance: null,
        formula: null,
        source: writer(run, reason, call),
      },
    ],
  };
  return { kind: 'parameter', parameter, trainable: true };
}

/** `nn.Parameter(torch.tensor(0.1))`. */
function constantParameter(run: Interpreter, mean: Quantity, call: Call): Value {
  const source = writer(run, 'torch.tensor', call);
  const parameter: Parameter = {
    name: '',
    shape: [],
    writes: [{ family: 'constant', mean, variance: 0, formula: null, source }],
  };
  return { kind: 'parameter', parameter, trainable: true };
}
