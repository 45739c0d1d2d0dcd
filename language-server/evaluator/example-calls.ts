import type { SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';

/**
 * The text of a call of a class or function somewhere in the file's functions, as tests and scripts show how it is meant to be used
 * (`def test(): net = Net(width=64)`): the first one whose arguments say what they are by themselves. `null`: there is none.
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
    for (const { index } of code.matchAll(call)) {
      const end = closing(code, index + name.length);
      const found = end === null ? null : code.slice(index, end + 1);
      if (found && speaksForItself(found.slice(name.length + 1, -1), known)) return found.replace(/\s+/g, ' ');
    }
  }
  return null;
}

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
