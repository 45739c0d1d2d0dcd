import { numberOf } from '../../network/quantity.js';
import type { Interpreter } from '../interpreter.js';
import { builtin, type Call, list, none, string, tuple, type Value } from '../values.js';
import { callValue } from './calls.js';
import { namespaceObject } from './namespace-object.js';

/** Functions of Python's `re` that take apart names and descriptions of layers. */
export function regularExpressions(run: Interpreter): Record<string, Value> {
  const names = ['split', 'match', 'search', 'fullmatch', 'findall', 'sub'] as const;
  const functions = names.map((name) => [
    name,
    builtin(name, ({ positional: [pattern, ...rest], node }) => apply(run, name, pattern, rest, node)),
  ]);
  return {
    ...Object.fromEntries(functions),
    escape: builtin('escape', ({ positional: [text] }) =>
      text?.kind === 'string' ? string(text.value.replace(/[\\^$.*+?()[\]{}|-]/g, '\\$&')) : none,
    ),
    compile: builtin('compile', ({ positional: [pattern], node }) =>
      namespaceObject(
        run,
        new Map(
          names.map((name) => [name, builtin(name, ({ positional, node: at }) => apply(run, name, pattern, positional, at))]),
        ),
        node,
      ),
    ),
  };
}

/** Longer texts are no names of layers. */
const longestText = 100;

/**
 * Whether matching takes a bounded time: a text in the editor must not be able to stop it. Backtracking costs a power of the text's length,
 * with the number of open repetitions as exponent, and without bound where a group with choices is itself repeated.
 */
function isCheap(pattern: string): boolean {
  return pattern.length <= 200 && (pattern.match(/[*+]|\{\d*,\d*\}/g)?.length ?? 0) <= 3 && !/\)[*+{]/.test(pattern);
}

function apply(run: Interpreter, name: string, pattern: Value | undefined, given: readonly Value[], node: Call['node']): Value {
  const expression = pattern?.kind === 'string' ? translate(pattern.value) : null;
  const texts = name === 'sub' ? given[1] : given[0];
  if (!expression || texts?.kind !== 'string' || texts.value.length > longestText)
    return run.unknown('What this regular expression finds is not known.', node);
  const text = texts.value;
  switch (name) {
    case 'split':
      return list(text.split(expression).map((part) => (part === undefined ? none : string(part))));
    case 'findall':
      return list([...text.matchAll(new RegExp(expression.source, 'gu'))].map(found));
    case 'sub':
      return replace(run, expression, given[0], text, node);
    default: {
      const source =
        name === 'match' ? `^(?:${expression.source})` : name === 'fullmatch' ? `^(?:${expression.source})$` : expression.source;
      const match = new RegExp(source, 'u').exec(text);
      return match ? matchObject(run, match, node) : none;
    }
  }
}

/** Python's syntax where it differs in what models use; `null` where JavaScript cannot read it, which only the attempt tells. */
function translate(pattern: string): RegExp | null {
  if (!isCheap(pattern)) return null;
  try {
    return new RegExp(
      pattern.replaceAll('(?P<', '(?<').replaceAll('\\Z', '$').replaceAll('\\A', '^').replaceAll('\\_', '_'),
      'u',
    );
  } catch {
    return null;
  }
}

function found(match: RegExpMatchArray): Value {
  const groups = match.slice(1).map((group) => string(group ?? ''));
  return groups.length === 0 ? string(match[0]) : groups.length === 1 ? groups[0]! : tuple(groups);
}

function replace(run: Interpreter, expression: RegExp, by: Value | undefined, text: string, node: Call['node']): Value {
  const all = new RegExp(expression.source, 'gu');
  if (by?.kind === 'string') return string(text.replace(all, by.value.replaceAll('$', '$$$$').replace(/\\(\d)/g, '$$$1')));
  let complete = by !== undefined;
  const result = text.replace(all, (...parts) => {
    const match = Object.assign(parts.filter((part) => typeof part !== 'object').slice(0, -2), {
      index: 0,
      input: text,
    }) as unknown as RegExpExecArray;
    const value = callValue(run, by ?? none, { positional: [matchObject(run, match, node)], keywords: new Map(), node }, null);
    if (value.kind !== 'string') complete = false;
    return value.kind === 'string' ? value.value : '';
  });
  return complete ? string(result) : run.unknown('What this regular expression makes of the text is not known.', node);
}

function matchObject(run: Interpreter, match: RegExpExecArray, node: Call['node']): Value {
  const group = (key: Value | undefined): Value => {
    const index = key?.kind === 'number' ? numberOf(key.value) : key?.kind === 'string' ? null : 0;
    const text = index === null ? match.groups?.[key?.kind === 'string' ? key.value : ''] : match[index];
    return text === undefined ? none : string(text);
  };
  const methods = new Map<string, Value>([
    [
      'group',
      builtin('group', ({ positional }) => (positional.length > 1 ? tuple(positional.map(group)) : group(positional[0]))),
    ],
    ['groups', builtin('groups', () => tuple(match.slice(1).map((text) => (text === undefined ? none : string(text)))))],
  ]);
  return namespaceObject(run, methods, node);
}
