import { child, namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import { movedTo } from '../framework-calls.js';
import type { Interpreter } from '../interpreter.js';
import { namedParameters } from '../modules.js';
import { Scope } from '../scope.js';
import { forgetParameter, tensorBinary, writeInPlace } from '../tensors.js';
import { outside } from '../trace.js';
import { bool, type Call, dict, ellipsis, int, list, none, set, string, tuple, type Unknown, type Value } from '../values.js';
import { inverted } from './arrays.js';
import { assign } from './assignment.js';
import { attribute } from './attributes.js';
import { callValue } from './calls.js';
import { entriesOf } from './dict-classes.js';
import { format, formatValue } from './format.js';
import { defineLambda } from './functions.js';
import { iterate, spread } from './iteration.js';
import { parseFloatLiteral, parseIntegerLiteral, unescapeText } from './literals.js';
import { binary, compare, contains, negate, positive } from './operators.js';
import type { Frame } from './statements.js';
import { subscript } from './subscript.js';
import { truth } from './truth.js';

/** Value of an expression. What cannot be evaluated is `unknown` with its place. */
export function evaluate(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  run.current = node;
  const tree = run.file.tree;
  switch (node.type) {
    case 'identifier':
      return drawn(run, lookup(run, node, scope), node);
    case 'integer':
      return parseIntegerLiteral(tree.textOf(node)) ?? run.unknown('This number cannot be read.', node);
    case 'float':
      return parseFloatLiteral(tree.textOf(node)) ?? run.unknown('Complex numbers are not followed.', node);
    case 'true':
      return bool(true);
    case 'false':
      return bool(false);
    case 'none':
      return none;
    case 'ellipsis':
      return ellipsis;
    case 'string':
      return evaluateString(run, node, scope, frame);
    case 'concatenated_string': {
      const parts = namedChildren(node).map((part) => evaluate(run, part, scope, frame));
      return parts.every((part) => part.kind === 'string')
        ? string(parts.map((part) => part.value).join(''))
        : run.unknown('A part of this string is not known.', node);
    }
    case 'parenthesized_expression': {
      const inner = namedChildren(node)[0];
      return inner ? evaluate(run, inner, scope, frame) : none;
    }
    case 'tuple':
    case 'expression_list':
    case 'pattern_list':
      return evaluateItems(run, node, scope, frame, tuple);
    case 'list':
      return evaluateItems(run, node, scope, frame, list);
    case 'set':
      return evaluateItems(run, node, scope, frame, set);
    case 'dictionary':
      return evaluateDictionary(run, node, scope, frame);
    case 'attribute':
      return drawn(run, evaluateAttribute(run, node, scope, frame), node);
    case 'subscript':
      return drawn(run, subscript(run, node, scope, frame), node);
    case 'slice': {
      const parts: Value[] = [none, none, none];
      let position = 0;
      for (const part of node.children) {
        if (part.named) parts[position] = evaluate(run, part, scope, frame);
        else if (part.type === ':') position++;
      }
      return { kind: 'slice', start: parts[0]!, stop: parts[1]!, step: parts[2]! };
    }
    case 'call':
      return evaluateCall(run, node, scope, frame);
    case 'binary_operator':
      return evaluateBinary(run, node, scope, frame);
    case 'boolean_operator':
      return evaluateBoolean(run, node, scope, frame);
    case 'not_operator': {
      const decided = truth(run, evaluateField(run, node, 'argument', scope, frame));
      return decided === undefined ? run.unknown('The truth of this condition is not known.', node) : bool(!decided);
    }
    case 'unary_operator': {
      const operand = evaluateField(run, node, 'argument', scope, frame);
      const operator = child(node, 'operator')?.type;
      return operator === '-'
        ? negate(run, operand, node)
        : operator === '+'
          ? positive(operand)
          : operand.kind === 'unknown'
            ? operand
            : operand.kind === 'list' && operand.array
              ? inverted(operand)
              : operand.kind === 'parameter' && !operand.trainable
                ? tensorBinary(run, '+', negate(run, operand, node), int(1), node)
                : run.unknown('Bit inversion is not followed.', node);
    }
    case 'comparison_operator':
      return evaluateComparison(run, node, scope, frame);
    case 'conditional_expression':
      return evaluateConditional(run, node, scope, frame);
    case 'named_expression': {
      const name = child(node, 'name');
      const value = evaluateField(run, node, 'value', scope, frame);
      if (name) assign(run, name, value, scope, frame);
      return value;
    }
    case 'assignment':
      return evaluateAssignment(run, node, scope, frame);
    case 'augmented_assignment': {
      const left = child(node, 'left');
      const operator = child(node, 'operator')?.type.slice(0, -1) ?? '+';
      if (!left) return none;
      const before = evaluate(run, left, scope, frame);
      const operand = evaluateField(run, node, 'right', scope, frame);
      if (before.kind === 'list' && operator === '+' && !before.array) {
        before.items.push(...iterate(run, operand, node));
        return none;
      }
      if (before.kind === 'parameter' && !run.trace) {
        writeInPlace(run, operator, before, operand, node);
        return none;
      }
      const result = binary(run, operator, before, operand, node);
      assign(run, left, before.kind === 'tensor' && left.type !== 'subscript' ? movedTo(before, result) : result, scope, frame);
      return none;
    }
    case 'lambda':
      return defineLambda(run, node, scope, frame);
    case 'list_comprehension':
    case 'generator_expression':
      return list([...comprehend(run, node, scope, frame, (inner, body) => evaluate(run, body, inner, frame))]);
    case 'set_comprehension':
      return set(comprehend(run, node, scope, frame, (inner, body) => evaluate(run, body, inner, frame)));
    case 'dictionary_comprehension':
      return dict(
        comprehend(run, node, scope, frame, (inner, body): readonly [Value, Value] => [
          evaluateField(run, body, 'key', inner, frame),
          evaluateField(run, body, 'value', inner, frame),
        ]),
      );
    case 'await':
      return namedChildren(node)[0] ? evaluate(run, namedChildren(node)[0]!, scope, frame) : none;
    case 'yield':
      return evaluateYield(run, node, scope, frame);
    case 'list_splat':
    case 'type':
      return namedChildren(node)[0] ? evaluate(run, namedChildren(node)[0]!, scope, frame) : none;
    default:
      return run.unknown(
        node.type === 'ERROR' ? 'Syntax error.' : `This expression (${node.type.replaceAll('_', ' ')}) is not followed.`,
        node,
      );
  }
}

function evaluateField(run: Interpreter, node: SyntaxNode, field: string, scope: Scope, frame: Frame): Value {
  const part = child(node, field);
  return part ? evaluate(run, part, scope, frame) : run.unknown('The code is not complete here.', node);
}

function lookup(run: Interpreter, node: SyntaxNode, scope: Scope): Value {
  const name = run.file.tree.textOf(node);
  return (
    scope.lookup(name) ?? run.builtins.variables.get(name) ?? run.unknown(`'${name}' is not defined in what could be read.`, node)
  );
}

/** A value that is read; a tensor gets its place in the graph being drawn. */
function drawn(run: Interpreter, value: Value, node: SyntaxNode): Value {
  if (value.kind === 'tensor' && value.node === outside) run.trace?.adopt(value, run.location(node));
  return value;
}

/** Items of a display. With the entries of a shape that is not known among them, the whole is such a shape. */
function evaluateItems(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame, make: (items: Value[]) => Value): Value {
  const items: Value[] = [];
  let open: Value | null = null;
  for (const part of namedChildren(node)) {
    const inner = part.type === 'list_splat' ? namedChildren(part)[0] : undefined;
    if (part.type !== 'list_splat') items.push(evaluate(run, part, scope, frame));
    else if (inner) {
      const value = evaluate(run, inner, scope, frame);
      if (value.kind === 'unknown' && value.shape) open ??= value;
      else items.push(...iterate(run, value, inner));
    }
  }
  return open ?? make(items);
}

function evaluateDictionary(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const pairs: [Value, Value][] = [];
  for (const part of namedChildren(node)) {
    if (part.type === 'pair')
      pairs.push([evaluateField(run, part, 'key', scope, frame), evaluateField(run, part, 'value', scope, frame)]);
    else if (part.type === 'dictionary_splat') {
      const inner = namedChildren(part)[0];
      const value = inner ? evaluate(run, inner, scope, frame) : none;
      for (const entry of entriesOf(value)?.entries.values() ?? []) pairs.push([entry.key, entry.value]);
    }
  }
  return dict(pairs);
}

function evaluateString(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const tree = run.file.tree;
  const prefix = node.children[0] ? tree.textOf(node.children[0]).toLowerCase() : '';
  const raw = prefix.includes('r');
  let text = '';
  for (const part of node.children) {
    if (part.type === 'string_content') text += raw ? tree.textOf(part) : unescapeText(tree.textOf(part));
    else if (part.type === 'interpolation') {
      const value = evaluateField(run, part, 'expression', scope, frame);
      const specifier = child(part, 'format_specifier');
      const formatted = specifier ? format(value, tree.textOf(specifier).slice(1)) : formatValue(value);
      if (formatted === null) return run.unknown('A part of this string is not known.', node);
      text += formatted;
    }
  }
  return string(text);
}

function evaluateAttribute(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const object = evaluateField(run, node, 'object', scope, frame);
  const nameNode = child(node, 'attribute');
  const name = nameNode ? run.file.tree.textOf(nameNode) : '';
  run.current = node;
  if (object.kind === 'unknown') {
    if (name === 'parameters') run.seeTrained(object, node);
    return object;
  }
  return attribute(run, object, name) ?? run.unknown(`'${name}' is not known here.`, node);
}

function evaluateCall(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const functionNode = child(node, 'function');
  const argumentsNode = child(node, 'arguments');
  if (!functionNode || !argumentsNode) return run.unknown('The code is not complete here.', node);
  const function_ = evaluate(run, functionNode, scope, frame);
  const positional: Value[] = [];
  let keywords: Map<string, Value> | null = null;
  if (argumentsNode.type === 'generator_expression') positional.push(evaluate(run, argumentsNode, scope, frame));
  else
    for (const argument of namedChildren(argumentsNode)) {
      if (argument.type === 'keyword_argument') {
        const name = child(argument, 'name');
        if (name) {
          keywords ??= new Map();
          keywords.set(run.file.tree.textOf(name), evaluateField(run, argument, 'value', scope, frame));
        }
      } else if (argument.type === 'list_splat') {
        const inner = namedChildren(argument)[0];
        if (inner) positional.push(...spread(run, evaluate(run, inner, scope, frame), inner));
      } else if (argument.type === 'dictionary_splat') {
        const inner = namedChildren(argument)[0];
        const value = inner ? evaluate(run, inner, scope, frame) : none;
        const held = entriesOf(value);
        if (held) {
          keywords ??= new Map();
          for (const { key, value: entry } of held.entries.values()) if (key.kind === 'string') keywords.set(key.value, entry);
        } else if (value.kind === 'unknown')
          run.note(`The keyword arguments '**${inner ? run.file.tree.textOf(inner) : ''}' are not known.`, argument);
      } else positional.push(evaluate(run, argument, scope, frame));
    }
  run.current = node;
  if (function_.kind === 'unknown') forgetInitialized(run, function_, functionNode, scope);
  return callValue(run, function_, { positional, keywords: keywords ?? noKeywords, node }, scope);
}

const noKeywords: Call['keywords'] = new Map();

/** `self.init_weights()` of a base class that is not there: whatever is registered so far may have other weights from here on. */
function forgetInitialized(run: Interpreter, { reason }: Unknown, callee: SyntaxNode, scope: Scope): void {
  const object = callee.type === 'attribute' ? child(callee, 'object') : null;
  const self = object?.type === 'identifier' ? scope.get(run.file.tree.textOf(object)) : undefined;
  if (run.trace || self?.kind !== 'instance' || !self.module || !self.class.unknownBase) return;
  const text = run.file.tree.textOf(callee).split('.').at(-1)!;
  if (!/init|reset/i.test(text)) return;
  for (const { value } of namedParameters(self)) forgetParameter(run, value, `${text}()`, reason, callee);
}

function evaluateBinary(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  // Sums of many terms nest to the left; walking down in a loop keeps the stack flat.
  const chain: SyntaxNode[] = [];
  let leftmost: SyntaxNode = node;
  while (leftmost.type === 'binary_operator') {
    chain.push(leftmost);
    const left = child(leftmost, 'left');
    if (!left) return run.unknown('The code is not complete here.', node);
    leftmost = left;
  }
  let value = evaluate(run, leftmost, scope, frame);
  for (const part of chain.reverse()) {
    const operator = child(part, 'operator')?.type ?? '+';
    const right = evaluateField(run, part, 'right', scope, frame);
    run.current = part;
    value = binary(run, operator, value, right, part);
  }
  return value;
}

function evaluateBoolean(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const left = evaluateField(run, node, 'left', scope, frame);
  const isAnd = child(node, 'operator')?.type === 'and';
  const decided = truth(run, left);
  if (decided === !isAnd) return left;
  const right = evaluateField(run, node, 'right', scope, frame);
  if (decided === isAnd) return right;
  // An undecided left side leaves the answer open unless the right side settles it.
  if (right.kind === 'bool' && right.value === !isAnd) return right;
  return left.kind === 'unknown' ? left : run.unknown('The truth of this condition is not known.', node);
}

function evaluateComparison(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const operands = node.children.filter((part) => part.field !== 'operators');
  const operators = node.children.filter((part) => part.field === 'operators').map((part) => part.type);
  let left = operands[0] ? evaluate(run, operands[0], scope, frame) : none;
  let result: Value = bool(true);
  for (let i = 0; i < operators.length; i++) {
    const operand = operands[i + 1];
    if (!operand) return run.unknown('The code is not complete here.', node);
    const right = evaluate(run, operand, scope, frame);
    const operator = operators[i]!;
    run.current = node;
    result =
      operator === 'in' || operator === 'not in'
        ? contains(run, left, right, operator === 'in', node)
        : compare(run, operator, left, right, node);
    if (truth(run, result) === false) return result;
    left = right;
  }
  return result;
}

function evaluateConditional(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const [first, condition, second] = namedChildren(node);
  if (!first || !condition || !second) return run.unknown('The code is not complete here.', node);
  const decided = truth(run, evaluate(run, condition, scope, frame));
  if (decided !== undefined) return evaluate(run, decided ? first : second, scope, frame);
  const value = evaluate(run, first, scope, frame);
  const other = evaluate(run, second, scope, frame);
  if (
    value.kind === 'instance' ||
    value.kind === 'tensor' ||
    value.kind === 'class' ||
    other.kind === 'instance' ||
    other.kind === 'tensor'
  )
    run.note(
      `It cannot be decided whether '${run.file.tree.textOf(condition).slice(0, 60)}' holds: shown as if it does.`,
      condition,
    );
  else if (value.kind === 'number' || other.kind === 'number')
    return run.unknown('This number depends on a condition that is not known.', node);
  return value;
}

function evaluateAssignment(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const left = child(node, 'left');
  const right = child(node, 'right');
  if (!left || !right) return none;
  const value = evaluate(run, right, scope, frame);
  assign(run, left, value, scope, frame);
  return value;
}

function evaluateYield(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const inner = namedChildren(node)[0];
  const value = inner ? evaluate(run, inner, scope, frame) : none;
  if (!frame.yielded) return none;
  if (node.children.some((part) => part.type === 'from')) frame.yielded.push(...iterate(run, value, node));
  else frame.yielded.push(value);
  return none;
}

function* comprehend<T>(
  run: Interpreter,
  node: SyntaxNode,
  scope: Scope,
  frame: Frame,
  yieldBody: (inner: Scope, body: SyntaxNode) => T,
): Generator<T> {
  const body = child(node, 'body');
  const clauses = node.children.filter((part) => part.type === 'for_in_clause' || part.type === 'if_clause');
  if (!body) return;
  const inner = new Scope('comprehension', scope);
  yield* descend(0);
  function* descend(depth: number): Generator<T> {
    const clause = clauses[depth];
    if (!clause) {
      run.budget.step();
      yield yieldBody(inner, body!);
      return;
    }
    if (clause.type === 'if_clause') {
      const condition = namedChildren(clause)[0];
      if (condition && truth(run, evaluate(run, condition, inner, frame)) !== false) yield* descend(depth + 1);
      return;
    }
    const left = child(clause, 'left');
    const right = child(clause, 'right');
    if (!left || !right) return;
    for (const item of iterate(run, evaluate(run, right, inner, frame), right)) {
      run.budget.step();
      assign(run, left, item, inner, frame);
      yield* descend(depth + 1);
    }
  }
}
