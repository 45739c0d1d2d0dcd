import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { PythonParser, TextEdit } from '../../language-server/source/parser.js';
import { LineIndex } from '../../language-server/source/positions.js';
import type { SyntaxNode, SyntaxTree } from '../../language-server/source/syntax-tree.js';
import { loadParser } from '../python-parser.js';

const folder = fileURLToPath(new URL('../fixtures/evaluator/', import.meta.url));
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => readFileSync(`${folder}${name}`, 'utf8'));

let parser: PythonParser;
beforeAll(async () => {
  parser = await loadParser();
});

/** The tree as text: types, fields, offsets. */
function print(node: SyntaxNode): string {
  return `(${node.field ?? ''}:${node.type} ${node.start}-${node.end}${node.children.map(print).join('')})`;
}

function nodes(node: SyntaxNode): SyntaxNode[] {
  return [node, ...node.children.flatMap(nodes)];
}

/** A tree that is disposed when the work on it is done. */
function parsed<T>(text: string, work: (tree: SyntaxTree) => T): T {
  using tree = parser.parse(text);
  return work(tree);
}

const snippets = [
  '\n',
  '    ',
  'def f(x):\n',
  'x',
  '(',
  ')',
  '"',
  "'''",
  '#',
  '😀',
  '\r\n',
  'ß',
  'lambda: ',
  '[i for i in x]',
  'self.fc',
  '\t',
  '\\',
];
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(30),
    insert: fc.oneof(fc.constantFrom(...snippets), fc.string({ maxLength: 12 })),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Places every edit in the text that the ones before have left. */
function place(text: string, drawn: { at: number; remove: number; insert: string }[]): { text: string; edits: TextEdit[] } {
  const placed: TextEdit[] = [];
  for (const { at, remove, insert } of drawn) {
    const start = Math.floor(at * text.length);
    const oldEnd = Math.min(text.length, start + remove);
    placed.push({ start, oldEnd, newText: insert });
    text = text.slice(0, start) + insert + text.slice(oldEnd);
  }
  return { text, edits: placed };
}

test('an edited tree equals the tree of the edited text', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(edits, { minLength: 1, maxLength: 3 }), (source, rounds) => {
      let tree = parser.parse(source);
      let text = source;
      for (const drawn of rounds) {
        const next = place(text, drawn);
        tree = parser.reparse(tree, next.edits);
        text = next.text;
        expect(tree.text).toBe(text);
        expect(print(tree.root)).toBe(parsed(text, (full) => print(full.root)));
      }
      tree[Symbol.dispose]();
    }),
    { numRuns: 120, seed: 1 },
  );
});

test('offsets count UTF-16 code units, so that a name after an astral character is found', () => {
  parsed('x = "😀 ß"; name = 1\r\nother = 2\n', (tree) => {
    const names = nodes(tree.root).filter((node) => node.type === 'identifier');
    expect(names.map((node) => tree.textOf(node))).toEqual(['x', 'name', 'other']);
    expect(tree.lines.range(names[1]!.start, names[1]!.end)).toEqual({
      start: { line: 0, character: 12 },
      end: { line: 0, character: 16 },
    });
    expect(tree.lines.position(names[2]!.start)).toEqual({ line: 1, character: 0 });
  });
});

test('a position leads back to its offset in any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', '😀', 'é', ' ') }), fc.nat(40), (text, at) => {
      const lines = new LineIndex(text);
      const offset = Math.min(at, text.length);
      // Between \r and \n there is no position of its own.
      if (text[offset - 1] === '\r' && text[offset] === '\n') return;
      const position = lines.position(offset);
      expect(lines.offset(position)).toBe(offset);
      expect(text.slice(0, offset).split(/\r\n|\r|\n/).length - 1).toBe(position.line);
    }),
    { seed: 2 },
  );
});

test('a half-typed text gives a tree and says where the syntax is broken', () => {
  parsed('class Net(nn.Module):\n    def __init__(self:\n        self.fc = nn.Linear(\n', (tree) => {
    expect(tree.problems.length).toBeGreaterThan(0);
    expect(nodes(tree.root).length).toBeGreaterThan(5);
  });
});

test.each([
  ['empty', '', 0],
  ['only a comment', '# nothing\n', 0],
  ['with a NUL character', 'x = 1\0', 1],
  ['of a million characters and more', `x = 1${' '.repeat(1_000_001)}`, 1],
  ['with brackets nested without end', '('.repeat(100_000), 1],
])('a text %s gives a tree', (_, text, problems) => {
  parsed(text, (tree) => {
    expect(tree.root.type).toBe('module');
    expect(tree.problems.length).toBe(problems);
  });
});

test('nesting beyond what a recursion can walk is cut with a problem', () => {
  const text = `x = ${'-'.repeat(5000)}1\n`;
  const started = performance.now();
  parsed(text, (tree) => {
    expect(tree.problems.map((problem) => problem.message).join()).toMatch(/[Nn]ested/);
  });
  expect(performance.now() - started).toBeLessThan(500);
});
