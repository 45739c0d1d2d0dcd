import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

// Packages around PyTorch whose base classes are described, so that they need not be installed.

const variances = (text: string) =>
  evaluateText(text).networks.map(({ name, layers, unknown }) => ({
    name,
    layers: layers.map(({ path, weight }) => {
      const variance = weight?.writes.at(-1)?.variance;
      return `${path} ${typeof variance === 'number' ? variance.toFixed(4) : variance}`;
    }),
    unknown: unknown.map(({ reason }) => reason),
  }));

test('a LightningModule without forward() is a model', () => {
  expect(
    variances(`import lightning as L
import pytorch_lightning as pl
from torch import nn
from lightning.pytorch import LightningModule

class Coder(L.LightningModule):
    def __init__(self, width=4):
        super().__init__()
        self.save_hyperparameters()
        self.encoder = nn.Linear(3, self.hparams.width)
        self.decoder = nn.Linear(self.hparams['width'], 3)
        self.log_every = 5
    def forward(self, x):
        self.log('mean', x.mean())
        return self.decoder(self.encoder(x))

class Other(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(12, 2)
    def training_step(self, batch, index):
        return self.fc(batch)

class Last(LightningModule):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
    def forward(self, x):
        return self.fc(x)
`),
  ).toEqual([
    { name: 'Coder', layers: ['encoder 0.1111', 'decoder 0.0833'], unknown: [] },
    { name: 'Other', layers: ['fc 0.0278'], unknown: [] },
    { name: 'Last', layers: ['fc 0.1111'], unknown: [] },
  ]);
});

const pretrained = (initializer: string) => `import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.activations import ACT2FN

class TinyConfig(PretrainedConfig):
    def __init__(self, hidden_size=8, hidden_act='gelu', initializer_range=0.5, **kwargs):
        self.hidden_size = hidden_size
        self.hidden_act = hidden_act
        self.initializer_range = initializer_range
        super().__init__(**kwargs)

class Base(PreTrainedModel):
    config_class = TinyConfig
${initializer}

class Tiny(Base):
    def __init__(self, config: TinyConfig):
        super().__init__(config)
        self.a = nn.Linear(config.hidden_size, 4)
        self.act = ACT2FN[config.hidden_act]
        self.b = nn.Linear(4, config.num_labels)
        self.post_init()
    def forward(self, x):
        return self.b(self.act(self.a(x)))
`;

test('post_init() of a pretrained model runs the initializer of its class over all modules', () => {
  const text = pretrained(`    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            module.weight.data.normal_(mean=0.0, std=self.config.initializer_range)
`);
  expect(variances(text)).toEqual([{ name: 'Tiny', layers: ['a 0.2500', 'b 0.2500'], unknown: [] }]);
  const [network] = evaluateText(text).networks;
  expect(network!.nodes.flatMap((node) => (node.kind === 'activation' ? node.name : []))).toEqual(['GELU']);
  expect(network!.arguments.map(({ value }) => value)).toEqual(['TinyConfig()']);
});

test('without an initializer of its own, what a pretrained model draws depends on the version', () => {
  expect(variances(pretrained(''))).toEqual([
    {
      name: 'Tiny',
      layers: ['a null', 'b null'],
      unknown: ["'transformers.initialization' is not in the files that could be read."],
    },
  ]);
});
