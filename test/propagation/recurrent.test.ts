import { describe, expect, test } from 'vitest';
import { describeMeans } from './means.js';

// A gate at two steps is taken as independent of its cell, which forgets a little too fast for that.
const { text, analyzer } = describeMeans('recurrent', () => 0.04);

const modelOf = (source: string, name: string) =>
  analyzer()
    .analyzeText(source, { file: 'recurrent.py' })
    .models.find(({ entry }) => entry === name)!;

describe('a recurrent layer tells what squared gradients do from step to step', () => {
  test.each([
    ['Average', 'lstm', 0.4],
    ['Forecast', 'gru', 0.39],
    ['Characters', 'rnn', 1 / 6],
  ])('%s', (name, path, chi) => {
    const layer = modelOf(text, name).layers.find((one) => one.path === path)!;
    expect(layer.chiTime).toBeGreaterThan(0.95 * chi);
    expect(layer.chiTime).toBeLessThan(1.05 * chi);
  });
});

describe('what is not followed is said', () => {
  const reasons = (source: string, name: string) => modelOf(source, name).summary.assumptions.join('\n');

  test.each([['nn.GRU(hidden, hidden, num_layers=2,', 'nn.GRU(hidden, hidden, num_layers=unheard,', 'layers']])(
    '%s → %s',
    (line, other, reason) => {
      expect(text).toContain(line);
      const changed = text.replace(line, other);
      expect(reasons(changed, 'Forecast')).toMatch(new RegExp(reason));
      expect(modelOf(changed, 'Forecast').propagation.find(({ path }) => path === 'head')!.q).toBeNull();
    },
  );

  test('a state that the model makes, where units do not forget it within the sequence', () => {
    const made = text.replace('torch.zeros(2, x.size(0), 96)', 'self.inner(x)[:, :2].transpose(0, 1)');
    const short = made.replace('# meanfield: input(16, 30, 8)\nclass Forecast', '# meanfield: input(16, 10, 8)\nclass Forecast');
    const [long, few] = [made, short].map(
      (source) => modelOf(source, 'Forecast').propagation.find(({ path }) => path === 'head')!.q,
    );
    expect(long).toBeGreaterThan(0);
    expect(reasons(made, 'Forecast')).toContain('start from a state which the model makes are followed as from 0');
    expect(few).toBeNull();
    expect(reasons(short, 'Forecast')).toContain('Its units start from a state that is not 0');
  });

  test('states of several layers read together', () => {
    const changed = text.replace('torch.cat((hidden[-2], hidden[-1]), dim=1)', 'torch.cat((hidden[0], hidden[-1]), dim=1)');
    expect(reasons(changed, 'BothEnds')).toContain('States of several layers are read together');
  });

  test('units that remember more than is followed', () => {
    const changed = text
      .replace('# meanfield: input(16, 30, 8)\nclass Remembering', '# meanfield: input(16, 300, 8)\nclass Remembering')
      .replace('fill_(0.5)', 'fill_(4.0)');
    expect(reasons(changed, 'Remembering')).toContain('change over more steps than are followed');
  });
});

test('packed sequences are followed as if they were of one length', () => {
  const packed = text
    .replace(
      'outputs, _ = self.lstm(self.embed(tokens))\n',
      'embedded = nn.utils.rnn.pack_padded_sequence(self.embed(tokens), lengths, batch_first=True)\n        outputs, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(embedded)[0], batch_first=True)\n',
    )
    .replace(
      'class LastOutput(Average):\n    def forward(self, tokens)',
      'class LastOutput(Average):\n    def forward(self, tokens, lengths)',
    );
  expect(packed).toContain('tokens, lengths)');
  expect(modelOf(packed, 'LastOutput').summary.log10ActivationGradient).toBeCloseTo(
    modelOf(text, 'LastOutput').summary.log10ActivationGradient!,
    10,
  );
});

test('a recurrent layer carries weights: gradients are measured from it where it is the first', () => {
  const { summary } = modelOf(text.replace('self.gru(self.inner(x), start)', 'self.gru(x.repeat(1, 1, 12), start)'), 'Forecast');
  expect(summary.log10ActivationGradient).toBeCloseTo(-Math.log10(3), 10);
  expect(summary.log10GradientRatio).toBeNull();
});
