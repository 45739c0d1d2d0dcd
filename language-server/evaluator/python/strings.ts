import { numberOf } from '../../network/quantity.js';
import { bool, builtin, int, list, string, tuple, type Value } from '../values.js';
import { format, formatValue } from './format.js';

/** Methods of `str`; `undefined` for those that no model needs. */
export function stringMethod(text: string, name: string): Value | undefined {
  const plain = (work: (argument: string, second: string) => Value): Value =>
    builtin(name, ({ positional: [first, second] }) =>
      work(first?.kind === 'string' ? first.value : '', second?.kind === 'string' ? second.value : ''),
    );
  switch (name) {
    case 'lower':
    case 'casefold':
      return plain(() => string(text.toLowerCase()));
    case 'upper':
      return plain(() => string(text.toUpperCase()));
    case 'capitalize':
      return plain(() => string(text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()));
    case 'title':
      return plain(() => string(text.replace(/[a-z]+/gi, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())));
    case 'strip':
      return plain((characters) => string(trim(text, characters, true, true)));
    case 'lstrip':
      return plain((characters) => string(trim(text, characters, true, false)));
    case 'rstrip':
      return plain((characters) => string(trim(text, characters, false, true)));
    case 'startswith':
    case 'endswith':
      return builtin(name, ({ positional: [first] }) => {
        const options = first?.kind === 'tuple' ? first.items : first ? [first] : [];
        return bool(
          options.some(
            (one) => one.kind === 'string' && (name === 'startswith' ? text.startsWith(one.value) : text.endsWith(one.value)),
          ),
        );
      });
    case 'replace':
      return plain((from, to) => string(from === '' ? text : text.replaceAll(from, to)));
    case 'split':
    case 'rsplit':
      return builtin(name, ({ positional: [separator, limit] }) =>
        list(split(text, separator, limit, name === 'rsplit').map(string)),
      );
    case 'partition': {
      return plain((separator) => {
        const at = separator === '' ? -1 : text.indexOf(separator);
        const parts = at === -1 ? [text, '', ''] : [text.slice(0, at), separator, text.slice(at + separator.length)];
        return tuple(parts.map(string));
      });
    }
    case 'join':
      return builtin(name, ({ positional: [items] }) => {
        const parts = items?.kind === 'list' || items?.kind === 'tuple' ? items.items.map(formatValue) : [null];
        return parts.every((part) => part !== null)
          ? string(parts.join(text))
          : { kind: 'unknown', reason: 'A part of this string is not known.', location: null };
      });
    case 'find':
      return plain((part) => int(text.indexOf(part)));
    case 'index':
      return plain((part) => int(text.indexOf(part)));
    case 'count':
      return plain((part) => int(part === '' ? text.length + 1 : text.split(part).length - 1));
    case 'isdigit':
    case 'isnumeric':
      return plain(() => bool(/^\d+$/.test(text)));
    case 'isalpha':
      return plain(() => bool(/^\p{L}+$/u.test(text)));
    case 'isupper':
      return plain(() => bool(text !== text.toLowerCase() && text === text.toUpperCase()));
    case 'format':
      return builtin(name, ({ positional, keywords }) => formatMethod(text, positional, keywords));
    default:
      return undefined;
  }
}

function trim(text: string, characters: string, start: boolean, end: boolean): string {
  const drops = (character: string) => (characters === '' ? character.trim() === '' : characters.includes(character));
  let first = 0;
  let last = text.length;
  if (start) while (first < last && drops(text[first]!)) first++;
  if (end) while (last > first && drops(text[last - 1]!)) last--;
  return text.slice(first, last);
}

function split(text: string, separator: Value | undefined, limit: Value | undefined, fromRight: boolean): string[] {
  const maximum = limit?.kind === 'number' ? (numberOf(limit.value) ?? -1) : -1;
  if (separator?.kind !== 'string' || separator.value === '') return text.split(/\s+/).filter((part) => part !== '');
  const parts = text.split(separator.value);
  if (maximum < 0 || parts.length <= maximum + 1) return parts;
  return fromRight
    ? [parts.slice(0, parts.length - maximum).join(separator.value), ...parts.slice(parts.length - maximum)]
    : [...parts.slice(0, maximum), parts.slice(maximum).join(separator.value)];
}

function formatMethod(text: string, positional: readonly Value[], keywords: ReadonlyMap<string, Value>): Value {
  let next = 0;
  let complete = true;
  const result = text.replace(
    /\{\{|\}\}|\{([^{}:!]*)(?:![rs])?(?::([^{}]*))?\}/g,
    (match, field: string | undefined, specifier: string | undefined) => {
      if (match === '{{') return '{';
      if (match === '}}') return '}';
      const value = !field ? positional[next++] : /^\d+$/.test(field) ? positional[Number(field)] : keywords.get(field);
      const formatted = value ? format(value, specifier ?? '') : null;
      if (formatted === null) complete = false;
      return formatted ?? '';
    },
  );
  return complete ? string(result) : { kind: 'unknown', reason: 'A part of this string is not known.', location: null };
}

/** `'layer%d' % i`; `null` where a part is not known. */
export function percentFormat(text: string, right: Value): Value | null {
  const values = right.kind === 'tuple' ? right.items : [right];
  let next = 0;
  let complete = true;
  const result = text.replace(
    /%(?:\((\w+)\))?([-0]*\d*(?:\.\d+)?)([sdifrg%])/g,
    (_, key: string | undefined, specifier: string, type: string) => {
      if (type === '%') return '%';
      const value = key && right.kind === 'dict' ? right.entries.get(`s:${key}`)?.value : values[next++];
      const formatted = value ? format(value, `${specifier.replace('-', '<')}${type === 'r' || type === 'i' ? '' : type}`) : null;
      if (formatted === null) complete = false;
      return formatted ?? '';
    },
  );
  return complete ? string(result) : null;
}
