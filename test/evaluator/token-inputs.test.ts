import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

test.each(['torch.randint(0, 50, (8, 24))', 'torch.randint(50, size=(8, 24))', 'torch.zeros(8, 24).long()'])(
  'tokens have the shape of %s',
  (tokens) => {
    const [network] = evaluateText(`import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(50, 16)
        self.attend = nn.MultiheadAttention(16, 2, batch_first=True)

    def forward(self, x):
        x = self.embed(x)
        return self.attend(x, x, x)[0]

net = Net()
out = net(${tokens})
`).networks;
    expect(network!.nodes[0]!.shape).toEqual([8, 24]);
  },
);
