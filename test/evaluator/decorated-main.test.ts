import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

const model = `
class Net(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, width)])
        for _ in range(depth):
            self.layers.append(nn.Linear(width, width))

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x

def start(module):
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, 0, 0.02)
`;

test('a decorator that is not known may give a function its arguments: what that then does is seen', () => {
  const { networks } = evaluateText(`import hydra
import torch
from torch import nn
${model}
@hydra.main(config_path='conf', config_name='config')
def main(cfg):
    net = Net(cfg.width, 1)
    net.apply(start)

if __name__ == '__main__':
    main()
`);
  expect(networks).toHaveLength(1);
  const [{ layers, unknown }] = networks as [(typeof networks)[number]];
  expect(layers.map(({ weight }) => weight?.writes.at(-1)?.variance)).toEqual([0.0004, 0.0004]);
  expect(unknown).toEqual([]);
});

test('options of click have their defaults', () => {
  const { networks } = evaluateText(`import click
import torch
from torch import nn
${model}
@click.command()
@click.option('--width', default=32, type=int)
@click.option('--hidden-layers', '-n', default='3', type=int)
@click.option('--name', required=True)
def main(name, width, hidden_layers):
    net = Net(width, hidden_layers)

main()
`);
  expect(networks.map(({ layers }) => layers.map(({ fanIn, fanOut }) => [fanIn, fanOut]))).toEqual([
    [
      [64, 32],
      [32, 32],
      [32, 32],
      [32, 32],
    ],
  ]);
});
