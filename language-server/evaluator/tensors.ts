import type { Distribution, Family, Location } from '../network/distribution.js';
import type { Calculation, Opaque, Parameter, Shape, Taken } from '../network/graph.js';
import { add, equals, multiply, numberOf, placeAmong, type Quantity, show } from '../network/quantity.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import { callMethodRow, creatorMethod, isInPlace, methodOfConstant, writeParameter } from './framework-calls.js';
import { methodOfNoise, productOfNoise } from './functions-of-noise.js';
import type { Interpreter } from './interpreter.js';
import { kernelTap } from './kernel-taps.js';
import { equalParts, matrixPart, viewOf, writeBlock } from './matrix-parts.js';
import { numbersIn, tensorOfNumbers } from './python/arrays.js';
import { touchParameter } from './touch.js';
import { outside, type Trace } from './trace.js';
import {
  asClause,
  type Builtin,
  bool,
  builtin,
  int,
  none,
  type ParameterValue,
  type SliceValue,
  type Tensor,
  tuple,
  type Unknown,
  type Value,
} from './values.js';
import { vectorPart } from './vector-parts.js';

/** Tensors anywhere inside values, as ids of nodes; with what flows through tensors that were filled, if `held` tells it. */
export function tensorsIn(values: readonly Value[], held?: ReadonlyMap<Parameter, Tensor>): number[] {
  const found: number[] = [];
  for (const value of values)
    switch (value.kind) {
      case 'tensor':
        found.push(value.node);
        break;
      case 'parameter': {
        const tensor = held?.get(value.parameter);
        if (tensor) found.push(tensor.node);
        break;
      }
      case 'list':
      case 'tuple':
        for (const node of tensorsIn(value.items, held)) found.push(node);
        break;
      case 'dict':
        for (const entry of value.entries.values()) found.push(...tensorsIn([entry.value], held));
    }
  return found;
}

/** The same, with parameters turned into nodes. */
export function nodesIn(run: Interpreter, values: readonly Value[], node: SyntaxNode): number[] {
  return values.flatMap((value) =>
    value.kind === 'parameter' || (value.kind === 'list' && value.array)
      ? (toTensor(run, value, node)?.node ?? [])
      : tensorsIn([value]),
  );
}

/** A node that signals cannot pass, with the reason. */
export function opaque(
  run: Interpreter,
  reason: string,
  inputs: readonly number[],
  node: SyntaxNode,
  name = 'unknown',
  { shape = null, ...kept }: Pick<Opaque, 'layer' | 'weightless'> & { readonly shape?: Shape } = {},
): Value {
  if (!run.trace) return run.unknown(reason, node);
  // What becomes of numbers of the program alone is asked for only where signals meet it.
  if (!run.trace.areFixed(inputs)) run.note(reason, node, run.trace.path || null);
  return run.trace.add({ kind: 'opaque', reason, ...kept }, name, inputs, shape, run.location(node));
}

/** What can flow: tensors as they are, parameters and unknown values as nodes without inputs. */
export function toTensor(run: Interpreter, value: Value, node: SyntaxNode): Tensor | null {
  if (value.kind === 'tensor') {
    if (value.node === outside) run.trace?.adopt(value, run.location(node));
    return value;
  }
  if (!run.trace) return null;
  if (value.kind === 'parameter') return tensorOfParameter(run.trace, value, run.location(node));
  if (value.kind === 'list' && value.array) return tensorOfNumbers(run, value, node)[0] ?? null;
  if (value.kind === 'unknown') {
    const tensor = opaque(run, value.reason, [], node);
    return tensor.kind === 'tensor' ? tensor : null;
  }
  return null;
}

function tensorOfParameter(trace: Trace, value: ParameterValue, location: Location): Tensor {
  const { parameter, trainable, rising, from } = value;
  noteOrigins(trace, value);
  const held = trace.held.get(parameter);
  if (held) return held;
  const last = parameter.writes.at(-1);
  const isWritten = last !== undefined && last.mean !== null && last.variance !== null && writtenDown.has(last.family);
  const isKnown = trainable || from !== undefined || isWritten;
  const operation = isKnown ? ({ kind: 'parameter', parameter } as const) : ({ kind: 'input' } as const);
  const tensor = trace.add(operation, parameter.name || 'tensor', [], parameter.shape, location);
  if (!isKnown) trace.drawn.set(location, parameter);
  if (!trainable && last && writtenDown.has(last.family)) trace.fix(tensor.node, rising ? parameter : null);
  return tensor;
}

/** What a tensor is filled with that is not drawn. */
const writtenDown: ReadonlySet<Family> = new Set(['zeros', 'ones', 'constant', 'identity', 'dirac', 'unknown']);

/** Arithmetic with a tensor on at least one side. */
export function tensorBinary(run: Interpreter, operator: string, left: Value, right: Value, node: SyntaxNode): Value {
  if (left.kind !== 'tensor' && right.kind !== 'tensor') {
    const scaled = parameterArithmetic(operator, left, right);
    if (scaled) return scaled;
    if (!run.trace) return run.unknown('Arithmetic on this tensor is not followed.', node);
  }
  if (!run.trace) return run.unknown('A tensor is used outside of forward().', node);
  const [tensor, mask] = left.kind === 'tensor' ? [left, right] : [right, left];
  if (tensor.kind === 'tensor' && mask.kind === 'unknown' && mask.causal && '+-*'.includes(operator))
    return run.trace.add({ kind: 'mask', causal: true }, 'mask', [tensor.node], tensor.shape, run.location(node));
  switch (operator) {
    case '+':
    case '-':
      return addTensors(run, left, right, operator === '+' ? 1 : -1, node);
    case '*':
      return multiplyTensors(run, left, right, node);
    case '/': {
      const divisor = constant(right);
      if (divisor !== null && divisor !== 0) return scale(run, left, 1 / divisor, node);
      if (isSymbolicNumber(right)) return scale(run, left, null, node);
      if (right.kind === 'unknown')
        return opaque(
          run,
          `What is divided by here is not known: ${asClause(right)}`,
          nodesIn(run, [left, right], node),
          node,
          'div',
          { weightless: true },
        );
      return calculated(
        run,
        { what: 'quotient', dividend: constant(left) },
        'Division by a tensor is not described by the theory used here.',
        [left, right],
        'div',
        node,
      );
    }
    case '@': {
      // A trainable tensor on the right is the weight of a layer, also transposed or scaled.
      const isWeight =
        right.kind === 'parameter'
          ? right.trainable || right.from !== undefined
          : right.kind === 'tensor' && isOfParameters(run.trace, right);
      const method = left.kind === 'tensor' && isWeight && callMethodRow(run, left, 'matmul');
      if (method) return method.call({ positional: [right], keywords: new Map(), node });
      return joined(run, { kind: 'matmul' }, 'matmul', left, right, node);
    }
    default: {
      const reason = `The operator '${operator}' on tensors is not described by the theory used here.`;
      const exponent = operator === '**' ? constant(right) : null;
      if (exponent === 2 && left.kind === 'tensor')
        return run.trace.add({ kind: 'multiply' }, 'mul', [left.node, left.node], left.shape, run.location(node));
      if (exponent !== null && exponent !== 1)
        return calculated(run, { what: 'power', exponent }, reason, [left], operator, node);
      return exponent === 1 ? left : opaque(run, reason, nodesIn(run, [left, right], node), node, operator, { weightless: true });
    }
  }
}

/** Something that may be a step of a normalization that is written out: what stays of it is told when the whole graph is there. */
function calculated(
  run: Interpreter,
  calculation: Calculation,
  reason: string,
  values: readonly Value[],
  name: string,
  node: SyntaxNode,
): Value {
  const inputs = nodesIn(run, values, node);
  const shapes = inputs.map((id) => run.trace!.nodes[id]!.shape);
  const shape = shapes.length === 2 ? broadcast(shapes[0]!, shapes[1]!) : (shapes[0] ?? null);
  return run.trace!.add({ kind: 'opaque', reason, weightless: true, calculation }, name, inputs, shape, run.location(node));
}

function constant(value: Value): number | null {
  if (value.kind === 'bool') return Number(value.value);
  return value.kind === 'number' ? numberOf(value.value) : null;
}

function isSymbolicNumber(value: Value): boolean {
  return value.kind === 'number' && numberOf(value.value) === null;
}

function addTensors(run: Interpreter, left: Value, right: Value, sign: number, node: SyntaxNode): Value {
  const [tensor, other] = left.kind === 'tensor' ? [left, right] : [right, left];
  const offset = constant(other);
  if (tensor.kind === 'tensor' && (offset !== null || isSymbolicNumber(other))) {
    const turned = sign === -1 && tensor === right ? scale(run, tensor, -1, node) : tensor;
    if (turned.kind !== 'tensor') return turned;
    const shift = offset === null ? null : tensor === left ? sign * offset : offset;
    return run.trace!.add(
      { kind: 'shift', offset: shift, parameter: null },
      'add',
      [turned.node],
      tensor.shape,
      run.location(node),
    );
  }
  if (sign === 1 && tensor.kind === 'tensor' && other.kind === 'parameter' && !isMadeOf(run.trace!, tensor, other)) {
    noteOrigins(run.trace!, other);
    return run.trace!.add(
      { kind: 'shift', offset: null, parameter: other.parameter },
      'add',
      [tensor.node],
      tensor.shape,
      run.location(node),
    );
  }
  return joined(run, { kind: 'add', coefficients: [1, sign] }, sign === 1 ? 'add' : 'sub', left, right, node);
}

function multiplyTensors(run: Interpreter, left: Value, right: Value, node: SyntaxNode): Value {
  const [tensor, other] = left.kind === 'tensor' ? [left, right] : [right, left];
  const factor = constant(other);
  if (factor !== null || isSymbolicNumber(other)) return scale(run, tensor, factor, node);
  if (
    tensor.kind === 'tensor' &&
    other.kind === 'parameter' &&
    !isMadeOf(run.trace!, tensor, other) &&
    !isEnlarged(tensor, other)
  ) {
    noteOrigins(run.trace!, other);
    return run.trace!.add(
      { kind: 'scale', factor: null, parameter: other.parameter },
      'mul',
      [tensor.node],
      tensor.shape,
      run.location(node),
    );
  }
  return joined(run, { kind: 'multiply' }, 'mul', left, right, node);
}

/** Whether a tensor is calculated from the model's own tensors, and not from its input. */
function isOfParameters({ nodes }: Trace, { node: from }: Tensor): boolean {
  const seen = new Set<number>();
  const visit = (id: number): boolean => {
    const { kind, inputs } = nodes[id]!;
    if (kind === 'parameter' || seen.has(id)) return true;
    seen.add(id);
    return kind !== 'opaque' && kind !== 'affine' && inputs.length > 0 && inputs.every(visit);
  };
  return visit(from);
}

/** Whether a parameter has several entries for each of a tensor's, as weights of numbers that become tokens have. */
function isEnlarged({ shape }: Tensor, { parameter }: ParameterValue): boolean {
  const result = broadcast(shape, parameter.shape);
  return (
    shape !== null &&
    parameter.shape !== null &&
    (result?.length !== shape.length || result.some((size, i) => equals(size, shape[i]!) === false))
  );
}

/** Whether a tensor is a statistic of that parameter, which a normalization of it takes away or divides by. */
function isMadeOf({ nodes }: Trace, { node: from }: Tensor, { parameter }: ParameterValue): boolean {
  for (let id = from, steps = 0; steps < 12; steps++) {
    const node = nodes[id]!;
    if (node.kind === 'parameter') return node.parameter === parameter;
    if (node.kind === 'affine' || node.inputs.length === 0) return false;
    id = node.inputs[0]!;
  }
  return false;
}

function scale(run: Interpreter, value: Value, factor: number | null, node: SyntaxNode): Value {
  const tensor = toTensor(run, value, node);
  if (!tensor) return run.unknown('This value cannot be scaled.', node);
  return run.trace!.add({ kind: 'scale', factor, parameter: null }, 'mul', [tensor.node], tensor.shape, run.location(node));
}

function joined(
  run: Interpreter,
  operation: { kind: 'add'; coefficients: readonly number[] } | { kind: 'multiply' } | { kind: 'matmul' },
  name: string,
  left: Value,
  right: Value,
  node: SyntaxNode,
): Value {
  const a = toTensor(run, left, node);
  const b = toTensor(run, right, node);
  if (!a || !b) return opaque(run, unfollowed(name, a ? right : left), tensorsIn([left, right]), node, name);
  const shape = operation.kind === 'matmul' ? matmulShape(a.shape, b.shape) : broadcast(a.shape, b.shape);
  return run.trace!.add(operation, name, [a.node, b.node], shape, run.location(node));
}

function matmulShape(a: Shape, b: Shape): Shape {
  return a && b && a.length >= 2 && b.length >= 2 ? [...a.slice(0, -1), b[b.length - 1]!] : null;
}

/** Shape of an elementwise operation; `null` where it is not known. */
function broadcast(a: Shape, b: Shape): Shape {
  // Beside a single number, the other tells the shape.
  if (!a || !b) return (a ?? b)?.length === 0 ? null : (a ?? b);
  const longer = a.length >= b.length ? a : b;
  const shorter = longer === a ? b : a;
  return longer.map((size, i) => {
    const other = shorter[i - (longer.length - shorter.length)];
    return other === undefined || equals(other, 1) ? size : equals(size, 1) ? other : size;
  });
}

/** What all entries of a tensor are; `null`: they differ, or are not known. */
function sameNumber(value: Value): number | null {
  if (value.kind === 'parameter') {
    const last = value.trainable ? undefined : value.parameter.writes.at(-1);
    return last?.variance === 0 ? numberOf(last.mean) : null;
  }
  const [first = null, ...others] = (value.kind === 'list' && value.array && numbersIn(value)) || [];
  return others.every((one) => one === first) ? first : null;
}

/** `torch.ones(d) * 1e-6`, `torch.randn(d) / 10` before registration: the distribution is scaled. */
function parameterArithmetic(operator: string, left: Value, right: Value): ParameterValue | null {
  const [parameter, other] = left.kind === 'parameter' ? [left, right] : [right, left];
  const value = constant(other) ?? sameNumber(other);
  if (operator === '*' && parameter.kind === 'parameter' && other.kind === 'parameter') return productOfNoise(parameter, other);
  if (parameter.kind !== 'parameter' || value === null) return null;
  const last = parameter.parameter.writes.at(-1);
  if (!last) return null;
  const factor = operator === '*' ? value : operator === '/' && left === parameter && value !== 0 ? 1 / value : null;
  if (factor !== null) return derived(parameter, scaleDistribution(last, factor));
  const offset = operator === '+' ? value : operator === '-' && left === parameter ? -value : null;
  return offset === null
    ? null
    : derived(parameter, {
        ...last,
        family: last.variance === 0 ? 'constant' : last.family,
        mean: last.mean === null ? null : add(last.mean, offset),
      });
}

/** From here on nobody knows what the tensor holds, and the report says why. */
export function forgetParameter(run: Interpreter, value: ParameterValue, text: string, reason: string, node: SyntaxNode): void {
  const location = run.location(node);
  run.note(reason, location);
  value.parameter.writes.push({
    family: 'unknown',
    mean: null,
    variance: null,
    formula: null,
    source: { kind: 'call', text, location },
  });
  writeBlock(value);
}

/** `weight *= 0.5`: the tensor itself changes, whatever names it has. */
export function writeInPlace(run: Interpreter, operator: string, target: ParameterValue, operand: Value, node: SyntaxNode): void {
  const result = parameterArithmetic(operator, target, operand)?.parameter.writes[0];
  const text = run.file.tree.textOf(node).slice(0, 60);
  if (!result) forgetParameter(run, target, text, `What '${text}' makes of the tensor is not followed.`, node);
  else {
    target.parameter.writes.push({ ...result, source: { kind: 'call', text, location: run.location(node), changes: true } });
    writeBlock(target);
  }
}

export function scaleDistribution(distribution: Distribution, factor: number): Distribution {
  const isFixed = ['zeros', 'ones', 'constant'].includes(distribution.family);
  return {
    ...distribution,
    family: isFixed ? (factor === 0 ? 'zeros' : distribution.family === 'zeros' ? 'zeros' : 'constant') : distribution.family,
    mean: distribution.mean === null ? null : multiply(distribution.mean, factor),
    variance: distribution.variance === null ? null : multiply(distribution.variance, factor * factor),
    formula:
      distribution.formula && factor !== 1 && !isFixed
        ? `${distribution.formula} · ${Number((factor * factor).toPrecision(4))}`
        : distribution.formula,
  };
}

function derived(value: ParameterValue, distribution: Distribution): ParameterValue {
  const parameter: Parameter = { name: value.parameter.name, shape: value.parameter.shape, writes: [distribution] };
  const from = sourcesOf(value);
  return { kind: 'parameter', parameter, trainable: false, ...(from && { from }) };
}

const noteOrigins = (trace: Trace, value: ParameterValue): void => {
  trace.origins.set(value.parameter, sourcesOf(value) ?? []);
};

/** The trainable tensors that a value is made of. */
const sourcesOf = ({ parameter, trainable, from }: ParameterValue): readonly Parameter[] | undefined =>
  from ?? (trainable ? [parameter] : undefined);

/** Shape of a tensor as the program sees it; the entries of one that is not known become symbols where they are unpacked. */
function shapeValue(run: Interpreter, shape: Shape): Value {
  if (shape) return tuple(shape.map((size) => int(size)));
  const value: Unknown = {
    kind: 'unknown',
    reason: 'The shape of this tensor is not known.',
    location: run.unknown('').location,
    shape: true,
  };
  return value;
}

const rearranged = new Set(['T', 'mT', 'H', 'data', 'real']);
const silent = new Set(['dtype', 'device', 'grad', 'requires_grad', 'layout', 'grad_fn', 'is_leaf']);

/** An argument that is not given might be anything, also a tensor. */
const unfollowed = (name: string, value: Value): string =>
  value.kind === 'number' && typeof value.value !== 'number'
    ? `What '${show(value.value)}' holds is not known, and so what '${name}' makes of it is not.`
    : `'${name}' with a value of type ${value.kind} is not followed.`;

/** `x.name` of a symbolic tensor. */
export function tensorAttribute(run: Interpreter, tensor: Tensor, name: string): Value | undefined {
  if (name === 'shape') return shapeValue(run, tensor.shape);
  if (name === 'ndim')
    return tensor.shape ? int(tensor.shape.length) : run.unknown('The number of dimensions of this tensor is not known.');
  if (name === 'dim' || name === 'ndimension')
    return builtin(name, () =>
      tensor.shape ? int(tensor.shape.length) : run.unknown('The number of dimensions of this tensor is not known.'),
    );
  if (name === 'numel' || name === 'nelement')
    return builtin(name, ({ node }) =>
      tensor.shape
        ? int(tensor.shape.reduce((a, b) => multiply(a, b), 1 as Quantity))
        : run.unknown('The size of this tensor is not known.', node),
    );
  if (name === 'data' && !run.trace) return tensor;
  if (name === 'size')
    return builtin(name, ({ positional: [position], keywords, node }) => {
      const index = position ?? keywords.get('dim');
      return index ? sizeAt(run, tensor.shape, index, node) : shapeValue(run, tensor.shape);
    });
  // Where numbers are kept changes none of them: a run is shown as on a machine without accelerators.
  if (name === 'is_cuda') return bool(false);
  if (silent.has(name)) return { kind: 'unknown', reason: `The ${name} of a tensor is not followed.`, location: null };
  if (rearranged.has(name)) {
    if (!run.trace) return tensor;
    const order = turnedOrder(name, tensor.shape?.length ?? 0);
    const shape = order ? order.map((axis) => tensor.shape![axis]!) : name === 'data' || name === 'real' ? tensor.shape : null;
    const at = run.location(run.current ?? run.file.tree.root);
    return run.trace.add({ kind: 'reshape', ...(order && { order }) }, name, [tensor.node], shape, at);
  }
  return callMethodRow(run, tensor, name);
}

/** Dimensions behind `x.T`, `x.mT` and `x.H`. */
function turnedOrder(name: string, rank: number): number[] | null {
  if (rank < 2 || !['T', 'mT', 'H'].includes(name)) return null;
  const order = Array.from({ length: rank }, (_, i) => i);
  return name === 'T' ? order.reverse() : [...order.slice(0, -2), rank - 1, rank - 2];
}

function sizeAt(run: Interpreter, shape: Shape, index: Value, node: SyntaxNode): Value {
  const position = index.kind === 'number' ? numberOf(index.value) : null;
  const size = shape && position !== null ? shape[position < 0 ? shape.length + position : position] : undefined;
  return size === undefined ? run.unknown('This size is not known.', node) : int(size);
}

/** `out = torch.zeros_like(x); out.scatter_add_(…)`: from here on what the method wrote flows through a tensor that held numbers. */
function held(run: Interpreter, { parameter }: ParameterValue, tensor: Tensor, method: Builtin): Builtin {
  return builtin(method.name, (call) => {
    const result = method.call(call);
    run.trace?.held.set(parameter, tensor);
    return result;
  });
}

/** `weight.name` of a parameter or of a tensor that is not part of the graph yet. */
export function parameterAttribute(run: Interpreter, value: ParameterValue, name: string): Value | undefined {
  const { parameter } = value;
  switch (name) {
    case 'data':
      return value;
    case 'shape':
      return shapeValue(run, parameter.shape);
    case 'ndim':
      return parameter.shape ? int(parameter.shape.length) : undefined;
    case 'dim':
    case 'ndimension':
      return builtin(name, () =>
        parameter.shape ? int(parameter.shape.length) : run.unknown('The number of dimensions of this tensor is not known.'),
      );
    case 'size':
      return builtin(name, ({ positional: [position], node }) =>
        position ? sizeAt(run, parameter.shape, position, node) : shapeValue(run, parameter.shape),
      );
    case 'numel':
      return builtin(name, () =>
        parameter.shape
          ? int(parameter.shape.reduce((a, b) => multiply(a, b), 1 as (typeof parameter.shape)[number]))
          : run.unknown('The size of this tensor is not known.'),
      );
    case 'requires_grad':
      return bool(value.trainable);
    case 'grad':
      return none;
    case 'dtype':
    case 'device':
      return { kind: 'unknown', reason: `The ${name} of a tensor is not followed.`, location: null };
  }
  const creator = creatorMethod(run, value, name);
  if (creator) return creator;
  const ofNoise = methodOfNoise(value, name);
  if (ofNoise)
    return builtin(name, (call) => {
      const result = ofNoise(call);
      if (result) return result;
      const isMet = call.positional.some(({ kind }) => kind === 'tensor');
      const tensor = isMet ? toTensor(run, value, call.node) : null;
      const method = tensor && tensorAttribute(run, tensor, name);
      if (method?.kind === 'builtin') return method.call(call);
      return run.unknown(`The result of .${name}() on a tensor is not followed here.`, call.node);
    });
  // `torch.full((n, n), -inf).triu_(1)` is a mask, and no way to write a weight.
  const inPlace = run.framework.methods[name];
  if (inPlace?.triangular && !value.trainable) {
    const triangle = methodOfConstant(run, value, name);
    if (triangle) return triangle;
  }
  const initializer = run.framework.initializers[`Tensor.${name}`];
  if (initializer)
    return builtin(name, (call) => {
      writeParameter(run, `Tensor.${name}`, initializer, value, { ...call, positional: [value, ...call.positional] });
      return value;
    });
  if (unchanged.has(name)) return builtin(name, () => value);
  const ofConstant = methodOfConstant(run, value, name);
  if (ofConstant) return ofConstant;
  if (run.trace) {
    const tensor = toTensor(run, value, run.current ?? run.file.tree.root);
    const method = tensor ? tensorAttribute(run, tensor, name) : undefined;
    return tensor && method?.kind === 'builtin' && isInPlace(name) && !value.trainable
      ? held(run, value, tensor, method)
      : method;
  }
  const view = viewMethod(value, name);
  if (view) return view;
  const row = run.framework.methods[name];
  // Views share their numbers with the tensor, and what happens to them is not followed.
  touchParameter(value);
  if (!row) return undefined;
  return builtin(name, ({ node }) => run.unknown(`The result of .${name}() on a tensor is not followed here.`, node));
}

/** Methods that give the same numbers in another shape, or equal parts of them. */
function viewMethod(value: ParameterValue, name: string): Value | undefined {
  const { shape } = value.parameter;
  const numbers = (given: readonly Value[]) => given.map((one) => (one.kind === 'number' ? numberOf(one.value) : null));
  switch (name) {
    case 'T':
      return viewOf(value, shape?.toReversed() ?? null);
    case 't':
      return builtin(name, () => viewOf(value, shape?.toReversed() ?? null));
    case 'view':
    case 'reshape':
      return builtin(name, ({ positional }) => {
        const [first] = positional;
        const sizes = numbers(first?.kind === 'tuple' || first?.kind === 'list' ? first.items : positional);
        return viewOf(value, completed(shape, sizes));
      });
    case 'flatten':
    case 'transpose':
    case 'permute':
    case 'squeeze':
    case 'unsqueeze':
      return builtin(name, () => viewOf(value, null));
    case 'chunk':
    case 'split':
      return builtin(name, ({ positional: [count, axis], keywords }) => {
        const [parts, along] = numbers([
          count ?? keywords.get('chunks') ?? keywords.get('split_size') ?? none,
          axis ?? keywords.get('dim') ?? int(0),
        ]);
        const made =
          parts != null && along != null
            ? equalParts(value, name, parts, along < 0 ? (shape?.length ?? 0) + along : along)
            : null;
        return made ? tuple(made) : viewOf(value, null);
      });
    default:
      return undefined;
  }
}

/** `view(4, -1)`: the size that is left open follows from the others. */
function completed(shape: Shape, sizes: readonly (number | null)[]): Shape {
  const total = shape?.reduce<Quantity>((product, size) => multiply(product, size), 1) ?? null;
  const count = total === null ? null : numberOf(total);
  if (count === null || sizes.some((size) => size === null)) return null;
  const others = sizes.reduce<number>((product, size) => (size === -1 ? product : product * size!), 1);
  return sizes.map((size) => (size === -1 ? count / others : size!));
}

const unchanged = new Set([
  'astype',
  'copy',
  'numpy',
  'to',
  'cuda',
  'cpu',
  'float',
  'double',
  'half',
  'long',
  'contiguous',
  'detach',
  'clone',
  'requires_grad_',
  'type',
  'type_as',
  'share_memory_',
]);

/** One part of a tensor that is unpacked: `q, k, v = qkv`. */
export function selectPart(run: Interpreter, tensor: Tensor, from: number, node: SyntaxNode): Value {
  if (!run.trace) return tensor;
  const taken = [{ axis: 0, from, count: null }];
  return run.trace.add({ kind: 'reshape', taken }, 'unbind', [tensor.node], tensor.shape?.slice(1) ?? null, run.location(node));
}

/** `x[key]`: some entries of a tensor. */
export function selectTensor(run: Interpreter, tensor: Tensor, key: Value, node: SyntaxNode): Value {
  if (!run.trace) return tensor;
  const { shape, taken } = selection(tensor.shape, key) ?? { shape: null };
  return run.trace.add({ kind: 'reshape', ...(taken && { taken }) }, 'index', [tensor.node], shape, run.location(node));
}

/** What a subscript leaves of a tensor, and from where; `null` where its shape is not known. */
function selection(shape: Shape, key: Value): { shape: Shape; taken?: readonly Taken[] } | null {
  if (!shape) return null;
  const taken: Taken[] = [];
  let isKnown = true;
  const keys = key.kind === 'tuple' ? key.items : [key];
  const used = keys.filter(({ kind }) => kind !== 'none' && kind !== 'ellipsis').length;
  const result: Quantity[] = [];
  let position = 0;
  for (const one of keys) {
    if (one.kind === 'none') result.push(1);
    else if (one.kind === 'ellipsis') {
      const end = shape.length - (used - position);
      result.push(...shape.slice(position, end));
      position = Math.max(position, end);
    } else {
      const axis = position++;
      const size = shape[axis];
      if (size === undefined) return null;
      if (one.kind === 'number') {
        taken.push({ axis, from: placeAmong(size, one.value), count: null });
        continue;
      }
      if (one.kind === 'list' && one.items.length === 1 && one.items[0]!.kind === 'number') {
        // `x[:, [-1]]`: one entry, with its dimension.
        taken.push({ axis, from: placeAmong(size, one.items[0]!.value), count: 1 });
        result.push(1);
        continue;
      }
      if (one.kind !== 'slice') return null;
      const length = slicedLength(size, one);
      if (length === null) return null;
      result.push(length);
      if (equals(length, size) === true) continue;
      const from = firstOf(one, size);
      if (from === null) isKnown = false;
      else taken.push({ axis, from, count: length });
    }
  }
  return { shape: [...result, ...shape.slice(position)], ...(isKnown && { taken }) };
}

/** First place of a slice without steps. */
function firstOf({ start, step }: SliceValue, size: Quantity): Quantity | null {
  if (step.kind !== 'none') return null;
  if (start.kind === 'none') return 0;
  if (start.kind !== 'number') return null;
  return placeAmong(size, start.value);
}

/** How many entries `start:stop:step` leaves, as Python counts; `null` where a bound or the size is not known. */
function slicedLength(size: Quantity, { start, stop, step }: SliceValue): Quantity | null {
  if (start.kind === 'none' && stop.kind === 'none' && step.kind === 'none') return size;
  // Nobody takes more than there is: a size that is not known yet is one that fits.
  if (start.kind === 'none' && step.kind === 'none' && stop.kind === 'number' && numberOf(stop.value) === null) return stop.value;
  const count = numberOf(size);
  const [from, to, by] = [start, stop, step].map((bound) => (bound.kind === 'number' ? numberOf(bound.value) : bound.kind));
  if (count === null || (by !== 'none' && !(typeof by === 'number' && by > 0))) return null;
  const place = (bound: number | string | null | undefined, absent: number): number | null => {
    if (bound === 'none') return absent;
    if (typeof bound !== 'number') return null;
    return Math.min(count, Math.max(0, bound < 0 ? count + bound : bound));
  };
  const [first, last] = [place(from, 0), place(to, count)];
  if (first === null || last === null) return null;
  return Math.max(0, Math.ceil((last - first) / (by === 'none' ? 1 : by)));
}

/** A part of a parameter. What is written into a part changes the whole in a way that one distribution does not tell. */
export function slicedParameter(run: Interpreter, value: ParameterValue, key: Value, node: SyntaxNode): Value {
  if (run.trace) {
    const tensor = toTensor(run, value, node);
    return tensor ? selectTensor(run, tensor, key, node) : value;
  }
  const tap = kernelTap(value, key);
  if (tap) return tap;
  const part = vectorPart(value, key);
  if (part) return part;
  return matrixPart(value, key);
}
