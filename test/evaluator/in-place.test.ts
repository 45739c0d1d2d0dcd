import { expect, test } from 'vitest';
import type { Network, Node } from '../../language-server/network/graph.js';
import { evaluateText } from './evaluate-text.js';

const network = (forward: string): Network =>
  evaluateText(`import torch
import torch.nn as nn

def shortcut(x, y):
    x.add_(y)

def shortcut_of_map(x, y):
    x[:, 1:] += y[:, 1:]

# meanfield: input(2, 9, 8)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        y = self.a(x)
${forward
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}
`).networks[0]!;

const output = ({ nodes, outputs }: Network): Node => nodes[outputs[0]!]!;
const inputs = (net: Network, node: Node): Node[] => node.inputs.map((id) => net.nodes[id]!);

test('what a function adds to its argument in place is seen by the caller', () => {
  const net = network('z = self.b(y)\nshortcut(z, y)\nreturn z');
  expect(output(net)).toMatchObject({ kind: 'add', shape: [2, 9, 8] });
});

test('all names of a tensor see an operation in place, a clone does not', () => {
  const net = network('z = self.b(y)\nkept, same = z.clone(), z\nz += y\nreturn same, kept');
  const [same, kept] = net.outputs.map((id) => net.nodes[id]!);
  expect(same!.kind).toBe('add');
  expect(kept!.name).toBe('clone');
});

test('a part that is written stands between what was before and behind it', () => {
  const net = network('z = self.b(y)\nz[:, 2:5] = y[:, 2:5]\nreturn z');
  const last = output(net);
  expect(last).toMatchObject({ kind: 'concatenate', axis: 1, shape: [2, 9, 8] });
  expect(inputs(net, last).map(({ shape }) => shape?.[1])).toEqual([2, 3, 4]);
});

test('a part that is added to inside of a function', () => {
  const net = network('z = self.b(y)\nshortcut_of_map(z, y)\nreturn z');
  const last = output(net);
  expect(last).toMatchObject({ kind: 'concatenate', axis: 1 });
  expect(inputs(net, last).map(({ kind, shape }) => [kind, shape?.[1]])).toEqual([
    ['reshape', 1],
    ['add', 8],
  ]);
});

test('parts along two dimensions', () => {
  const net = network('z = self.b(y)\nz[..., 1:, :4] = y[:, 1:, :4]\nreturn z');
  const last = output(net);
  expect(last).toMatchObject({ kind: 'concatenate', axis: 1, shape: [2, 9, 8] });
  expect(inputs(net, last)[1]).toMatchObject({ kind: 'concatenate', axis: 2, shape: [2, 8, 8] });
});

test.each(['z[mask] = y', 'z[:, ::2] = y[:, ::2]', 'z[:, 9] = y[:, 0]', 'z[:, 1:] = 0', 'z[:, 3:2] = y[:, 3:2]'])(
  '%s leaves the tensor as it is known',
  (statement) => {
    expect(output(network(`mask = y > 0\nz = self.b(y)\n${statement}\nreturn z`))).toMatchObject({ kind: 'affine' });
  },
);

test('a place that is written stands between what was before and behind it', () => {
  const net = network('z = self.b(y)\nz[:, 1] = y[:, 0]\nreturn z');
  const last = output(net);
  expect(last).toMatchObject({ kind: 'concatenate', axis: 1, shape: [2, 9, 8] });
  expect(inputs(net, last).map(({ shape }) => shape)).toEqual([
    [2, 1, 8],
    [2, 1, 8],
    [2, 7, 8],
  ]);
});

test('what is written into zeros flows from there, beside the zeros', () => {
  const net = network('z = torch.zeros(2, 9, 8)\nz[:, 1:] = self.b(y)[:, 1:]\nreturn z');
  const last = output(net);
  expect(last).toMatchObject({ kind: 'concatenate', axis: 1, shape: [2, 9, 8] });
  expect(inputs(net, last).map(({ inputs: [from] }) => net.nodes[from!]!.kind)).toEqual(['parameter', 'affine']);
});

test('a tensor of zeros that is written at unknown places is not followed, and says so', () => {
  const net = network('z = y.new_zeros(2, 9, 8)\nz[y > 0] = self.b(y)\nreturn z');
  expect(output(net).kind).toBe('opaque');
  expect(net.unknown.map(({ reason }) => reason)).toEqual(['Which part of the tensor is written here is not followed.']);
});

test('one place among a number that nobody knows, as a loop writes it, stands for all of them', () => {
  const { nodes, outputs } = evaluateText(`import torch
import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x):
        n, steps, _ = x.shape
        z = torch.zeros(n, steps, 8)
        for t in range(steps):
            z[:, t] = self.a(x[:, t])
        return z
`).networks[0]!;
  const last = nodes[outputs[0]!]!;
  expect(last.kind).toBe('reshape');
  expect(nodes[last.inputs[0]!]!.kind).toBe('affine');
});

test('a method in place that nobody knows leaves something unknown in the tensor', () => {
  const net = network('z = self.b(y)\nz.scramble_(y)\nreturn self.a(z)');
  expect(inputs(net, output(net))[0]).toMatchObject({ kind: 'opaque', name: 'scramble_', shape: [2, 9, 8] });
});

test('what a method writes into zeros flows on through them', () => {
  const net = network('z = torch.zeros_like(y)\nz.scatter_add_(1, x.long(), y)\nreturn self.b(z)');
  const last = output(net);
  expect(last).toMatchObject({ kind: 'affine', path: 'b' });
  expect(inputs(net, last)[0]).toMatchObject({ kind: 'opaque', name: 'scatter_add_' });
});

test('zeros that a loop has filled are what the model returns, whatever it calculates after them', () => {
  const net = network('z = torch.zeros(2, 9, 8)\nz[:, :] = self.b(y)\nunused = x.relu()\nreturn z');
  expect(net.nodes.slice(0, net.outputs[0]! + 1).map(({ path }) => path)).toContain('b');
  expect(output(net).kind).not.toBe('activation');
});
