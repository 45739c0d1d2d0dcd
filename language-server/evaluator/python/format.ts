import { numberOf, show } from '../../network/quantity.js';
import type { Value } from '../values.js';

/** `str(value)`; `null` where it is not known. */
export function formatValue(value: Value): string | null {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'string':
      return value.value;
    case 'number': {
      const number = numberOf(value.value);
      if (number === null) return show(value.value);
      return value.float && Number.isInteger(number) && Math.abs(number) < 1e16 ? `${number}.0` : String(number);
    }
    case 'list':
    case 'tuple': {
      const items = value.items.map(representation);
      if (items.some((item) => item === null)) return null;
      const inner = items.join(', ');
      return value.kind === 'list' ? `[${inner}]` : `(${inner}${items.length === 1 ? ',' : ''})`;
    }
    case 'class':
      return value.name;
    case 'instance': {
      const name = value.attributes.get('name');
      return value.class.flavour === 'enum' && name?.kind === 'string' ? `${value.class.name}.${name.value}` : null;
    }
    default:
      return null;
  }
}

/** `repr(value)`. */
export function representation(value: Value): string | null {
  return value.kind === 'string' ? `'${value.value}'` : formatValue(value);
}

/** `format(value, specifier)` for the forms that name layers: width, zero padding, alignment, fixed decimals. */
export function format(value: Value, specifier: string): string | null {
  const text = formatValue(value);
  if (text === null || specifier === '') return text;
  const match = /^(?:(.)?([<>^]))?(0)?(\d{1,3})?(?:\.(\d{1,2}))?([dsfeg])?$/.exec(specifier);
  if (!match) return text;
  const [, fill, alignment, zero, width, decimals, type] = match;
  const number = value.kind === 'number' ? numberOf(value.value) : null;
  const body = number !== null && decimals !== undefined && type !== 's' ? number.toFixed(Number(decimals)) : text;
  const length = Number(width ?? 0);
  const padding = zero ? '0' : (fill ?? ' ');
  if (alignment === '<' || (!alignment && value.kind === 'string')) return body.padEnd(length, padding);
  if (alignment === '^') return body.padStart((length + body.length) >> 1, padding).padEnd(length, padding);
  return body.padStart(length, padding);
}
