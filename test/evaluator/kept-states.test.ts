import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

test('what one run of forward() keeps in a module is not there when another one begins', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.mask = None
        self.words = nn.Embedding(100, 32)
        self.attention = nn.MultiheadAttention(32, 2)
        self.head = nn.Linear(32, 100)

    def forward(self, text):
        if self.mask is None or self.mask.size(0) != len(text):
            self.mask = torch.log(torch.tril(torch.ones(len(text), len(text))))
        x = self.words(text)
        return self.head(x + self.attention(x, x, x, attn_mask=self.mask)[0])
`);
  expect(networks[0]!.unknown).toEqual([]);
  expect(networks[0]!.assumed).toEqual(['The number of tokens is not known and taken as 128.']);
});

test('a comparison of a tensor is a tensor, and a call in a script says nothing of the model', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Text(nn.Module):
    def __init__(self, padding):
        super().__init__()
        self.padding = padding
        self.words = nn.Embedding(10, 32)
        self.head = nn.Linear(32, 10)

    def forward(self, text, other):
        mask = (text != self.padding).unsqueeze(1).unsqueeze(2).to(text.device)
        x = self.words(text) + self.words(other).mean(1, keepdim=True)
        return self.head(x if mask is not None else x.relu())

if __name__ == '__main__':
    text = torch.tensor([[1, 5, 6, 2, 0], [1, 8, 7, 2, 0]]).to('cpu')
    print(Text(0)(text, text[:, :-1]))
`);
  expect(networks[0]!.unknown).toEqual([]);
  const inputs = networks[0]!.nodes.filter(({ kind }) => kind === 'input');
  expect(inputs.map(({ shape }) => shape)).toEqual([
    [2, 5],
    [2, 4],
  ]);
});
