import { beforeAll, expect, test } from 'vitest';
import type { PythonParser } from '../../language-server/source/parser.js';
import { matchTrees } from '../../language-server/source/tree-match.js';
import { loadParser } from '../python-parser.js';

let parser: PythonParser;
beforeAll(async () => {
  parser = await loadParser();
});

const before = `import torch

class Net(torch.nn.Module):
    """A net."""
    def __init__(self):
        self.fc = torch.nn.Linear(3, 4)

    def forward(self, x):
        # applies it
        return self.fc(x)

def train():
    def step():
        pass
    step()
`;

const match = (after: string, text = before) => matchTrees(parser.parse(text), parser.parse(after));
const changed = (after: string) => {
  const found = match(after)?.changed;
  return found && [...found].map((node) => before.slice(node.start, node.end).split('(', 1)[0]);
};

test.each([
  ['a comment', before.replace('# applies it', '# uses it')],
  ['a comment that is gone', before.replace('        # applies it\n', '')],
  ['blank lines', before.replaceAll('\n\n', '\n\n\n')],
  ['documentation', before.replace('A net.', 'A net of\n    one layer.')],
  ['another indentation', before.replaceAll('    ', '  ')],
])('code stays the same with %s', (_, after) => {
  expect(changed(after)).toEqual([]);
});

test.each([
  ['an import', before.replace('torch', 'torch.nn')],
  ['a statement of a class', before.replace('    """A net."""', '    """A net."""\n    size = 3')],
  ['a default', before.replace('train()', 'train(steps=3)')],
  ['documentation that is gone', before.replace('    """A net."""\n', '')],
  ['a string that calls something', before.replace('"""A net."""', 'f"{print()}"')],
  ['a name', before.replace('Net', 'Net2')],
])('code differs with %s', (_, after) => {
  expect(match(after)).toBeNull();
});

test('strings with parts to evaluate are no documentation', () => {
  expect(match('f"{f(2)}"\n', 'f"{f(1)}"\n')).toBeNull();
});

test('a body that differs is told, with the functions in it and nothing else', () => {
  expect(changed(before.replace('Linear(3, 4)', 'Linear(3, 5)'))).toEqual(['def __init__']);
  expect(changed(before.replace('pass', 'return'))).toEqual(['def step']);
  expect(changed(before.replace('    step()', '    step(1)'))).toEqual(['def train', 'def step']);
});

test('places move with the code that stands there', () => {
  const found = match(before.replace('"""A net."""', '"""A\n\n    net."""').replace('step()', 'step(1)'))!;
  const place = (line: number, from: number, to: number) => ({
    start: { line, character: from },
    end: { line, character: to },
  });
  expect(found.relocate(place(5, 8, 15))).toEqual(place(7, 8, 15));
  // Inside of a body that differs, and where no text is.
  expect(found.relocate(place(12, 8, 11))).toBeNull();
  expect(found.relocate(place(5, 8, 99))).toBeNull();
});
