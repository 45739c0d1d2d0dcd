import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

test('both images of a pair have the size that fits the layers', () => {
  const [network] = evaluateText(`import torch
from torch import nn

class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.fc = nn.Linear(4 * 100 * 100, 8)

    def once(self, x):
        x = torch.relu(self.conv(x))
        return self.fc(x.view(x.size(0), -1))

    def forward(self, first, second):
        return self.once(first), self.once(second)
`).networks;
  const images = network!.nodes.flatMap(({ kind, shape }) => (kind === 'input' ? [shape?.slice(1)] : []));
  expect(images).toEqual([
    [1, 100, 100],
    [1, 100, 100],
  ]);
});
