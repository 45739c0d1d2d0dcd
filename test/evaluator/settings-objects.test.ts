import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

/** What the layers of the only model take in, and what is not known of it. */
function fansAndUnknowns(text: string): { fans: unknown[]; unknown: string[] } {
  const { networks } = evaluateText(`import torch\nfrom torch import nn\n${text}`);
  expect(networks).toHaveLength(1);
  return {
    fans: networks[0]!.layers.map(({ fanIn }) => fanIn),
    unknown: networks[0]!.unknown.map(({ reason }) => reason),
  };
}

const use = (settings: string) => `${settings}
class Net(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.body = nn.ModuleList([nn.Linear(cfg.width, cfg['width']) for _ in range(cfg.get('depth', 1))])
        self.act = nn.ReLU() if cfg.act.name == 'relu' else nn.Tanh()
        self.head = nn.Linear(cfg.width * cfg.act.factor, 10)

    def forward(self, x):
        for layer in self.body:
            x = self.act(layer(x))
        return self.head(x)

net = Net(cfg)
`;

const written = `
cfg.depth = 2
cfg.act = {'name': 'relu'}
cfg.act.factor = 3
`;

test.each([
  ['easydict', 'from easydict import EasyDict as edict\ncfg = edict({"width": 8})'],
  ['munch', 'from munch import Munch\ncfg = Munch(width=8)'],
  ['munchify', 'from munch import munchify\ncfg = munchify({"width": 8})'],
  ['addict', 'from addict import Dict\ncfg = Dict()\ncfg.width = 8\ncfg.made.when.asked = 3'],
  ['yacs', 'from yacs.config import CfgNode as CN\n_C = CN()\n_C.width = 8\ncfg = _C.clone()\ncfg.freeze()'],
  ['ml_collections', 'import ml_collections\ncfg = ml_collections.ConfigDict()\ncfg.width = 8'],
  ['ml_collections.config_dict', 'from ml_collections import config_dict\ncfg = config_dict.ConfigDict(dict(width=8))'],
  ['omegaconf', 'from omegaconf import OmegaConf\ncfg = OmegaConf.create({"width": 8})'],
  [
    'merged settings',
    'from omegaconf import OmegaConf\ncfg = OmegaConf.merge(OmegaConf.create({"width": 4, "x": 1}), {"width": 8})',
  ],
])('settings of %s are dictionaries with attributes', (_, settings) => {
  expect(fansAndUnknowns(use(settings + written))).toEqual({ fans: [8, 8, 24], unknown: [] });
});

test('what a file of settings would change is said', () => {
  const settings = `from yacs.config import CfgNode\ncfg = CfgNode({'width': 8})${written}cfg.merge_from_file('net.yaml')\n`;
  const { fans, unknown } = fansAndUnknowns(use(settings));
  expect(fans).toEqual([8, 8, 24]);
  expect(unknown).toEqual(['What is read into these settings is not known: they are shown as the program has them.']);
});

test('a setting that is not there is an error, as when the program runs', () => {
  const { networks } = evaluateText(
    'import torch\nfrom torch import nn\nfrom easydict import EasyDict\ncfg = EasyDict(width=8)\ntry:\n    width = cfg.size\nexcept AttributeError:\n    width = 5\nnet = nn.Linear(width, 2)\n',
  );
  expect(networks[0]!.layers[0]!.fanIn).toBe(5);
});
