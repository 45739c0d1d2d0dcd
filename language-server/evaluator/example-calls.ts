import type { SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';

/**
 * The text of a call of a class or function somewhere in the file's functions, as tests and scripts show how it is meant to be used
 * (`def test(width=64): net = Net(width)`): the first one whose arguments say what they are by themselves. `null`: there is none.
 */
export function exampleCall(run: Interpreter, name: string): string | null {
  const { scope, tree } = run.main;
  // The question is kept with its answer, and must not keep all values of the file.
  const known = new Set(['True', 'False', 'None', ...scope.variables.keys()]);
  const statements = tree.root.children.filter(({ named }) => named);
  const text = run.dependencies.ask(statements, (whole, nodes) => firstCall(whole, nodes, name, known) ?? '');
  return text === '' ? null : text;
}

function firstCall(text: string, statements: readonly SyntaxNode[], name: string, known: ReadonlySet<string>): string | null {
  const call = new RegExp(`(?<![\\w.])(?<!\\b(?:class|def)\\s+)${name}\\(`, 'g');
  for (const { start, end } of statements) {
    const code = text.slice(start, end).replace(/^[ \t]*#.*$/gm, '');
    const defaults = defaultsOf(code);
    for (const { index } of code.matchAll(call)) {
      const end = closing(code, index + name.length);
      const given = end === null ? null : withDefaults(code.slice(index + name.length + 1, end), defaults);
      if (given && speaksForItself(given, known)) return `${name}(${given})`.replace(/\s+/g, ' ');
    }
  }
  return null;
}

/** Numbers and texts that the parameters of a function have by default. */
function defaultsOf(code: string): ReadonlyMap<string, string> {
  const open = /^(?:async\s+)?def\s+\w+\(/.exec(code);
  const end = open ? closing(code, open[0].length - 1) : null;
  const parameters = end === null ? '' : code.slice(open![0].length, end);
  const constant = /(?<![\w.])([A-Za-z_]\w*)\s*(?::[^=,]*)?=\s*(-?\d[\w.]*|'[^'\n]*'|"[^"\n]*"|True|False|None)\s*(?=,|$)/g;
  return new Map([...parameters.matchAll(constant)].map(([, name, value]) => [name!, value!]));
}

/** Names of parameters give way to what they are by default; those of keywords, `width=…`, stay. */
const withDefaults = (given: string, defaults: ReadonlyMap<string, string>): string =>
  defaults.size === 0
    ? given
    : given.replace(/('[^'\n]*'|"[^"\n]*")|(?<![\w.])[A-Za-z_]\w*(?!\w|\s*=(?!=))/g, (name, text?: string) =>
        text === undefined ? (defaults.get(name) ?? name) : text,
      );

/** Where the bracket that opens at a place closes; `null` beyond what one call takes. */
function closing(code: string, open: number): number | null {
  let depth = 0;
  for (let i = open; i < Math.min(code.length, open + 500); i++) {
    if ('([{'.includes(code[i]!)) depth++;
    else if (')]}'.includes(code[i]!) && --depth === 0) return i;
  }
  return null;
}

/** Numbers, texts, displays of these, and names that the file defines for all its functions. */
function speaksForItself(given: string, known: ReadonlySet<string>): boolean {
  if (given.trim() === '' || /[{:;\\]|\blambda\b|\*\*?\s*\w+\s*[,)]?\s*$/.test(given)) return false;
  const bare = given.replace(/'[^'\n]*'|"[^"\n]*"/g, '0').replace(/\b[A-Za-z_]\w*\s*=(?!=)/g, '');
  return [...bare.matchAll(/(?<![\w.])[A-Za-z_]\w*/g)].every(([name]) => known.has(name));
}
