import { expect, test } from 'vitest';
import { testAnalyzer } from '../analyzer.js';

const analyzer = await testAnalyzer();
const reported = (methods: string) =>
  analyzer.analyzeText(
    `import torch
import torch.nn as nn
import torch.nn.functional as F
import pytorch_lightning as pl

class Coder(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))
        self.decoder = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64))
        self.criterion = nn.MSELoss()

${methods}
`,
    { file: 'coder.py' },
  ).models[0]!;

const figures = (methods: string) => reported(methods).propagation.map(({ path, q, gradient }) => ({ path, q, gradient }));

const plain = figures(`    def forward(self, x):
        return self.decoder(self.encoder(x))`);

test.each([
  ['a loss', 'def forward(self, x, y)', 'self.criterion(self.decoder(self.encoder(x)), y)'],
  [
    'a loss beside the output',
    'def forward(self, x, y)',
    "{'loss': F.mse_loss(out := self.decoder(self.encoder(x)), y), 'out': out}",
  ],
  [
    'a sum of losses',
    'def forward(self, x, y)',
    'F.mse_loss(out := self.decoder(self.encoder(x)), y) + 0.1 * F.l1_loss(out, y).mean()',
  ],
])('what compares the output with a target is no part of the network: %s', (_, signature, result) => {
  const model = reported(`    ${signature}:\n        return ${result}`);
  expect(model.propagation.map(({ path, q, gradient }) => ({ path, q, gradient }))).toEqual(plain);
  expect(model.summary.unknown).toEqual([]);
  expect(model.graph.nodes.map(({ kind }) => kind)).not.toContain('opaque');
});

test('a loss that is read again in the network stays where signals stop', () => {
  const model = reported(`    def forward(self, x, y):
        loss = F.mse_loss(self.encoder(x), y)
        return self.decoder(loss * self.encoder(x))`);
  expect(model.summary.unknown.map(({ reason }) => reason)).toContain('A loss is not part of the network.');
});

test.each([
  ['taken apart', 'x, y = batch'],
  ['by place', 'x, y = batch[0], batch[1]'],
  ['by name', "x, y = batch['image'], batch['label']"],
])('the step of a training loop runs what has no forward(): a batch %s', (_, parts) => {
  const model = reported(`    def training_step(self, batch, batch_idx):
        ${parts}
        loss = F.mse_loss(self.decoder(self.encoder(x)), y)
        self.log('loss', loss)
        return loss`);
  expect(model.propagation.map(({ path, q, gradient }) => ({ path, q, gradient }))).toEqual(plain);
  expect(model.summary.assumptions).toContain('There is no forward(): training_step() is taken for it.');
});

test('without either, the method that uses most parts does', () => {
  const model = reported(`    def encode(self, x):
        return self.encoder(x)

    def reconstruct(self, x):
        return self.decoder(self.encoder(x))

    def configure_optimizers(self, rate):
        return [self.encoder, self.decoder, self.criterion]`);
  expect(model.propagation.map(({ path, q, gradient }) => ({ path, q, gradient }))).toEqual(plain);
  expect(model.summary.assumptions).toContain('There is no forward(): reconstruct() is taken for it.');
});

test('a new head on a loaded network says nothing of the whole', () => {
  const { summary } = analyzer.analyzeText(
    `import torch.nn as nn
from transformers import AutoModel

class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = AutoModel.from_pretrained('some-model')
        self.head = nn.Linear(768, 2)

    def forward(self, ids):
        return self.head(self.body(ids).pooler_output)
`,
    { file: 'head.py' },
  ).models[0]!;
  expect(summary.verdict).toMatch(/^Cannot be judged as a whole: 'transformers\.AutoModel\.from_pretrained'/);
  expect(summary.phase).toBeNull();
});

test.each([
  ['alone', 'raise NotImplementedError'],
  ['behind its documentation', "'''Use encode.'''\n        raise NotImplementedError('no forward')"],
])('a forward() that only raises NotImplementedError is none: %s', (_, body) => {
  const model = reported(`    def forward(self):
        ${body}

    def reconstruct(self, x):
        return self.decoder(self.encoder(x))`);
  expect(model.propagation.map(({ path, q, gradient }) => ({ path, q, gradient }))).toEqual(plain);
  expect(model.summary.unknown).toEqual([]);
  expect(model.summary.assumptions.join(' ')).toContain('forward() only raises: reconstruct() is taken for it.');
});

test('a forward() that raises after some work still says where it stops', () => {
  const model = reported(`    def forward(self, x):
        self.encoder(x)
        raise NotImplementedError

    def reconstruct(self, x):
        return self.decoder(self.encoder(x))`);
  expect(model.summary.unknown.map(({ reason }) => reason).join()).toContain('forward() would stop here');
});

// Measured in PyTorch 2 over 200 networks on independent normal inputs, means of squares behind each linear layer.
test.each([
  ['by place', '        return self.net(images[0]) - self.net(images[1])'],
  ['taken apart', '        a, b = images\n        return self.net(a) - self.net(b)'],
])('inputs of forward(self, *images) are as many as it takes: %s', (_, body) => {
  const [model] = analyzer.analyzeText(
    `import torch.nn as nn

class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16))

    def forward(self, *images):
${body}
`,
    { file: 'siamese.py' },
  ).models;
  expect(model!.summary.unknown).toEqual([]);
  const measured = { 'net.0': 0.344, 'net.2': 0.0631, 'net.4': 0.0163 };
  for (const [path, q] of Object.entries(measured)) {
    const own = Number(model!.propagation.find((one) => one.path === path)!.q);
    expect(own / q).toBeGreaterThan(0.95);
    expect(own / q).toBeLessThan(1.05);
  }
});

const encoding = `    def forward(self, x):
        return self.encoder(x)
`;

test('the step of a training loop is run where forward() leaves out parts that it uses', () => {
  const model = reported(`${encoding}
    def training_step(self, batch, batch_idx):
        x, y = batch
        return F.mse_loss(self.decoder(self(x)), y)`);
  expect(model.propagation.map(({ path, q, gradient }) => ({ path, q, gradient }))).toEqual(plain);
  expect(model.summary.assumptions).toContain('forward() leaves out decoder: training_step() is taken for it.');
});

test.each([
  ['another method', 'def sample(self, z)', 'self.decoder(z)', 'forward() does not come to decoder (which sample() uses).'],
  ['no method', 'def sample(self, z)', 'z', 'forward() does not come to decoder.'],
  [
    'a step that is not followed as well',
    'def training_step(self, batch, batch_idx)',
    'batch.unwrap(self.decoder).loss(self(batch.x))',
    'forward() does not come to decoder (which training_step() uses).',
  ],
])('parts that forward() leaves out are named: used by %s', (_, signature, result, sentence) => {
  const model = reported(`${encoding}
    ${signature}:
        return ${result}`);
  const alone = reported(encoding);
  expect(model.propagation).toEqual(alone.propagation);
  expect(model.summary.assumptions).toContain(sentence);
});

test('what is not followed may come to the parts that are left out', () => {
  const model = reported(`    def forward(self, x):
        return elsewhere.run(self, self.encoder(x))`);
  expect(model.summary.assumptions).toContain('What was followed of forward() does not come to decoder.');
});

test.each([
  ['a function with its weights', 'F.linear(self.encoder(x), self.decoder[0].weight)', ['decoder.2']],
  ['a loop over it', '[part(self.encoder(x)) for part in self.decoder][-1]', []],
])('a part is used by %s', (_, result, rest) => {
  const { assumptions } = reported(`    def forward(self, x):
        return ${result}`).summary;
  const told = assumptions.filter((sentence) => sentence.includes('does not come to'));
  expect(told).toEqual(rest.map((path) => `forward() does not come to ${path}.`));
});
