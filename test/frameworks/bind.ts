import { splitList } from '../../language-server/frameworks/expression.js';
import type { Argument, Arguments } from '../../language-server/frameworks/framework.js';

/** Names and defaults of a signature; `undefined` for what must be given. */
export function parametersOf(signature: string): Map<string, Argument> {
  return new Map(
    splitList(signature)
      .filter((part) => part !== '*')
      .map((part): [string, Argument] => {
        const [name = '', ...rest] = part.split('=');
        return [name.replace(/^\*+/, '').trim(), rest.length === 0 ? undefined : literal(rest.join('=').trim())];
      }),
  );
}

/** Arguments with the defaults of the signature filled in; given names that it does not have are refused. */
export function bind(signature: string, given: Arguments): Arguments {
  const known = parametersOf(signature);
  for (const name of Object.keys(given)) if (!known.has(name)) throw new Error(`'${signature}' has no '${name}'`);
  return { ...Object.fromEntries(known), ...given };
}

function literal(text: string): Argument {
  if (text === 'None') return null;
  if (text === 'True' || text === 'False') return text === 'True';
  if (/^['"]/.test(text)) return text.slice(1, -1);
  if (/^[([]/.test(text)) return splitList(text.slice(1, -1)).map(literal);
  return Number(text);
}
