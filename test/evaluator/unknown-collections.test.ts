import { expect, test } from 'vitest';
import { numberOf } from '../../language-server/network/quantity.js';
import { evaluateText } from './evaluate-text.js';

test.each(['sorted(list(set(text)))', 'list(text)', 'sorted(set(text), reverse=True)', 'tuple(frozenset(text))'])(
  'how many items %s has of a file that is not read is not known',
  (characters) => {
    const { networks } = evaluateText(`import torch.nn as nn

with open('input.txt') as file:
    text = file.read()
vocabulary = len(${characters})

class Bigrams(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(vocabulary, 64)
        self.head = nn.Linear(64, vocabulary)

    def forward(self, tokens):
        return self.head(self.table(tokens))
`);
    const [table, head] = networks[0]!.layers;
    expect(numberOf(table!.weight!.shape![0])).toBeNull();
    expect(numberOf(head!.fanIn)).toBe(64);
    expect(numberOf(head!.fanOut)).toBeNull();
    expect(networks[0]!.unknown.map(({ reason }) => reason).join()).not.toContain('ran once');
  },
);
