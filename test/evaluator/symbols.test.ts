import { expect, test } from 'vitest';
import type { Network } from '../../language-server/network/graph.js';
import { show } from '../../language-server/network/quantity.js';
import { evaluateText } from './evaluate-text.js';

const head = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

function network(text: string, name?: string): Network {
  const { networks } = evaluateText(head + text);
  const found = name ? networks.find((candidate) => candidate.entry === name) : networks[0];
  if (!found) throw new Error(`no model ${name ?? ''} among ${networks.map((candidate) => candidate.entry).join(', ')}`);
  return found;
}

/** Layers as `path fanIn→fanOut variance`. */
function layers({ layers }: Network): string[] {
  return layers.map(({ path, fanIn, fanOut, weight }) => {
    const variance = weight?.writes.at(-1)?.variance ?? null;
    return `${path} ${fanIn === null ? '?' : show(fanIn)}→${fanOut === null ? '?' : show(fanOut)} ${variance === null ? '?' : show(variance)}`;
  });
}

const sized = `class Net(nn.Module):
    def __init__(self, hidden, depth=2):
        super().__init__()
        self.inp = nn.Linear(16, hidden)
        self.body = nn.Sequential(*[nn.Linear(hidden, hidden) for _ in range(depth)])
        self.wide = nn.Linear(hidden, 4 * hidden)
    def forward(self, x):
        return self.wide(torch.relu(self.body(torch.relu(self.inp(x)))))
`;

test('a width that nobody gives stays a symbol', () => {
  expect(layers(network(sized))).toEqual(
    [
      'inp 16→hidden 0.0208333333333333',
      'body.0 hidden→hidden 1/(3·hidden)',
      'body.1 hidden→hidden 1/(3·hidden)',
      'wide hidden→4·hidden 1/(3·hidden)',
    ].map((line) => expect.stringMatching(new RegExp(`^${line.replace(/[()]/g, '\\$&').replace(/0208.*/, '0208\\d*')}$`))),
  );
});

test('a hint comment says which sizes are meant', () => {
  const hinted = network(`# meanfield: Net(hidden=64, depth=1)\n${sized}`);
  expect(hinted.layers.map(({ path, fanIn, fanOut }) => [path, fanIn, fanOut])).toEqual([
    ['inp', 16, 64],
    ['body.0', 64, 64],
    ['wide', 64, 256],
  ]);
});

test('a call in the file says which sizes are meant', () => {
  const built = network(`${sized}\n\nnet = Net(32, depth=1)\n`);
  expect(built.layers.map(({ fanOut }) => fanOut)).toEqual([32, 32, 128]);
});

test('several instantiations are several entries', () => {
  const { networks } = evaluateText(
    `${head}${sized}\ndef small():\n    return Net(8)\n\ndef large(**kwargs):\n    return Net(512, **kwargs)\n`,
  );
  expect(networks.map(({ entry, name, layers }) => [entry, name, layers[0]?.fanOut])).toEqual([
    ['small', 'Net', 8],
    ['large', 'Net', 512],
  ]);
});

test('an initializer that is scaled by the fan is known although the fan is not', () => {
  const { layers: found } = network(`class Net(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.a = nn.Linear(width, width // heads)
        nn.init.kaiming_normal_(self.a.weight, nonlinearity='relu')
        self.b = nn.Conv2d(width, 2 * width, 3, bias=False)
        nn.init.xavier_uniform_(self.b.weight)
    def forward(self, x):
        return self.b(self.a(x))
`);
  expect(show(found[0]!.weight!.writes.at(-1)!.variance!)).toBe('2/width');
  expect(show(found[1]!.weight!.writes.at(-1)!.variance!)).toMatch(/^0\.0740*7\d*\/width$|^2\/\(27·width\)$/);
});

test('a layer stands where its constructor is called, a model where its class is named', () => {
  const text = `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)  # ß 😀\n\n    def forward(self, x):\n        return torch.tanh(self.fc(x))\n`;
  const { networks } = evaluateText(text);
  const at = (range: { start: { line: number; character: number }; end: { line: number; character: number } }) =>
    text.split('\n')[range.start.line]!.slice(range.start.character, range.end.character);
  expect(at(networks[0]!.location.range)).toBe('Net');
  expect(at(networks[0]!.layers[0]!.location.range)).toBe('nn.Linear(4, 2)');
  expect(at(networks[0]!.nodes.find((node) => node.kind === 'activation')!.location.range)).toBe('torch.tanh(self.fc(x))');
});

test('who wrote a tensor last, and where, is kept', () => {
  const text = `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)\n        nn.init.kaiming_normal_(self.fc.weight, mode='fan_out')\n\n    def forward(self, x):\n        return self.fc(x)\n`;
  const { networks } = evaluateText(text);
  const [weight, bias] = [networks[0]!.layers[0]!.weight!, networks[0]!.layers[0]!.bias!];
  expect(weight.writes.map(({ source }) => source.kind)).toEqual(['default', 'call']);
  expect(weight.writes[1]!.source.text).toContain("kaiming_normal_(mode='fan_out')");
  expect(weight.writes[1]!.source.location!.range.start.line).toBe(7);
  expect(bias.writes.map(({ source }) => [source.kind, source.location])).toEqual([['default', null]]);
});
