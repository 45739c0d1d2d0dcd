import { expect, test } from 'vitest';
import { propagate } from '../../language-server/propagation/propagate.js';
import { evaluateText } from './evaluate-text.js';

/** Activation behind each layer of a model with an encoder, a decoder and this method; `undefined`: the layer does not run. */
function activations(method: string) {
  const [network] = evaluateText(`import torch
import torch.nn as nn

class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))
        self.decoder = nn.ModuleDict({'wide': nn.Sequential(nn.Linear(4, 8), nn.Tanh())})

${method}
`).networks;
  const running = new Map(network!.nodes.flatMap((node) => (node.kind === 'affine' ? [[node.layer.path, node]] : [])));
  const { layers } = propagate(network!);
  return {
    network: network!,
    found: Object.fromEntries(
      network!.layers.map((layer) => [layer.path, running.has(layer.path) ? (layers.get(layer)?.activation ?? null) : undefined]),
    ),
  };
}

const all = { 'encoder.0': 'relu', 'encoder.2': null, 'decoder.wide.0': 'tanh' };

test('the parts of a model without forward() are followed by themselves', () => {
  const { network, found } = activations(`    def training_step(self, batch):
        return self.decoder['wide'](self.encoder(batch))`);
  expect(found).toEqual(all);
  // Nothing says what they get.
  expect(network.nodes.filter(({ kind }) => kind === 'opaque').length).toBeGreaterThanOrEqual(2);
});

test('so are those behind the place where forward() stops', () => {
  const { network, found } = activations(`    def forward(self, x):
        x = self.encoder(x)
        return self.decoder['wide']([][0])`);
  expect(found).toEqual(all);
  expect(network.unknown.map(({ reason }) => reason).join('\n')).toContain('forward() would stop here');
});

test('a part that forward() leaves out on purpose does not run', () => {
  const { found } = activations(`    def forward(self, x):
        return self.encoder(x)`);
  expect(found).toEqual({ ...all, 'decoder.wide.0': undefined });
});
