import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { defaultSettings } from '../../language-server/settings.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const net = `class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)
`;

function modelOf(text: string, inputShape: number[] | null = null) {
  const report = analyzer.analyzeText(`import torch\nfrom torch import nn\n${text}`, {
    file: 'net.py',
    settings: { ...defaultSettings, inputShape },
  });
  return report.models[0]!;
}

/** Width of the convolution's output: two less than the input's. */
const width = (text: string, inputShape: number[] | null = null): unknown =>
  modelOf(text, inputShape)
    .graph.nodes.find(({ kind }) => kind === 'affine')!
    .shape?.at(-1);

test('a comment above the model says the shape of its input', () => {
  expect(width(`# meanfield: input(4, 3, 96, 96)\n${net}`)).toBe(94);
});
test('a comment below the model says nothing of it', () => {
  expect(width(`${net}\n# meanfield: input(4, 3, 96, 96)\n`)).not.toBe(94);
});
test('the comment goes before the setting, and the setting before what the file does', () => {
  expect(width(`# meanfield: input(4, 3, 96, 96)\n${net}`, [1, 3, 48, 48])).toBe(94);
  expect(width(`${net}\nNet()(torch.randn(2, 3, 32, 32))\n`, [1, 3, 48, 48])).toBe(46);
});
test('what the file calls the model with is its input', () => {
  expect(width(`${net}\nnet = Net()\ny = net(torch.randn(2, 3, 32, 32))\n`)).toBe(30);
});
test('the only image that functions of the file make is taken for the input', () => {
  expect(width(`${net}\ndef check(model):\n    model(torch.zeros(2, 3, 64, 64))\n`)).toBe(62);
  expect(width(`${net}\ndef check(m):\n    m(torch.zeros(2, 3, 64, 64))\n    m(torch.zeros(2, 3, 32, 32))\n`)).not.toBe(62);
});
test('a shape that does not fit is not forced on a model that it was only guessed for', () => {
  expect(width(`${net}\ndef check(m):\n    m(torch.zeros(2, 16, 1, 1))\n`)).toBeDefined();
});
test('a comment above the line that builds the model is about this model alone', () => {
  const two = `${net.replace('Net', 'Other')}\nother = Other()\n# meanfield: input(4, 3, 96, 96)\nnet = Net()\n`;
  expect(width(`${net}\n# meanfield: input(4, 3, 96, 96)\nnet = Net()\n`)).toBe(94);
  const report = analyzer.analyzeText(`from torch import nn\n${net}\n${two}`, { file: 'net.py', settings: defaultSettings });
  const widths = report.models.map(({ name, graph }) => [name, graph.nodes.find(({ kind }) => kind === 'affine')!.shape?.at(-1)]);
  expect(Object.fromEntries(widths)).toMatchObject({ Net: 94 });
  expect(Object.fromEntries(widths)).not.toMatchObject({ Other: 94 });
});
test('a comment that moves away from the line that builds the model says nothing any more', () => {
  const built = (gap: string) => `from torch import nn\n${net}\n# meanfield: input(4, 3, 96, 96)\n${gap}net = Net()\n`;
  const widths = ['', '\n', ''].map((gap) => {
    const [model] = analyzer.analyzeText(built(gap), { file: 'moved.py', settings: defaultSettings }).models;
    return model!.graph.nodes.find(({ kind }) => kind === 'affine')!.shape?.at(-1);
  });
  expect(widths.map((size) => size === 94)).toEqual([true, false, true]);
});

const sized = (arguments_: string, side: string) => `class Net(nn.Module):
    def __init__(self, ${arguments_}):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.head = nn.Linear(8 * (${side} - 2) ** 2, 10)

    def forward(self, x):
        return self.head(self.conv(x).flatten(1))
`;
test.each([
  ['image_size=32', 'image_size'],
  ['img_size=(32, 32)', 'img_size[0]'],
  ['config={"image_size": 32}', 'config["image_size"]'],
])('the constructor says the size of the image: %s', (arguments_, side) => {
  const model = modelOf(sized(arguments_, side));
  expect(model.graph.nodes.find(({ kind }) => kind === 'affine')!.shape?.at(-1)).toBe(30);
  expect(model.summary.assumptions.join('\n')).toContain('The input is taken as 3 × 32 × 32');
});
test('what the file calls the model with goes before what the constructor says', () => {
  expect(width(`${sized('image_size=32', 'image_size')}\nNet(16)(torch.randn(2, 3, 16, 16))\n`)).toBe(14);
});
test('a size of the constructor that a layer would refuse is not taken', () => {
  const model = modelOf(sized('image_size=32', '64'));
  expect(model.summary.assumptions.join('\n')).not.toContain('3 × 32 × 32');
  expect(model.summary.unknown).toEqual([]);
});

const asking = `class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 7, 4)
        self.norm = nn.LayerNorm(8)
        self.small = nn.Linear(8, 8)
        self.large = nn.Linear(8, 8)

    def forward(self, x):
        x = self.conv(x)
        layer = self.large if x.shape[-1] >= 7 else self.small
        return layer(x.permute(0, 2, 3, 1))
`;
test('where forward() asks for a size that nobody says, it is run on the usual image', () => {
  const model = modelOf(asking);
  expect(model.summary.unknown).toEqual([]);
  expect(model.summary.assumptions.join('\n')).toContain("The input's size is not known and taken as 224 × 224");
  expect(model.summary.assumptions.filter((sentence) => sentence.includes('224'))).toHaveLength(1);
  expect(model.propagation.map(({ path }) => path)).toContain('large');
});

const attending = (arguments_: string, first: string) => `import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self, ${arguments_}):
        super().__init__()
        self.embed = ${first}
        self.out = nn.Linear(32, 32)

    def forward(self, x):
        x = self.embed(x)
        return self.out(F.scaled_dot_product_attention(x, x, x, is_causal=True))
`;
test.each(['block_size=256', 'config={"max_seq_len": 256}', 'n_positions=256', 'context_length=256'])(
  'tokens attend to each other over the length that the constructor speaks of: %s',
  (arguments_) => {
    const model = modelOf(attending(arguments_, 'nn.Embedding(500, 32)'));
    expect(model.summary.assumptions.join('\n')).toContain('The input is taken as 256 tokens');
    const told = modelOf(`# meanfield: input(2, 256)\n${attending(arguments_, 'nn.Embedding(500, 32)')}`);
    const figures = ({ propagation }: typeof model) => propagation.map(({ path, q, gradient }) => ({ path, q, gradient }));
    expect(figures(model)).toEqual(figures(told));
    expect(figures(model).map(({ gradient }) => gradient)).not.toContain(null);
  },
);
test('a length says nothing of an input that is no text', () => {
  const model = modelOf(attending('block_size=256', 'nn.Linear(16, 32)'));
  expect(model.summary.assumptions.join('\n')).not.toContain('256 tokens');
});

test('the largest of all words, over a text of any length, is a pooling over the whole text', () => {
  const text = (pooling: string) => `import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self, vocab=1000, dim=64):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.convs = nn.ModuleList([nn.Conv2d(1, 32, (k, dim)) for k in (3, 4)])
        self.fc = nn.Linear(64, 2)

    def forward(self, text):
        x = self.embedding(text).unsqueeze(1)
        x = [F.relu(conv(x)).squeeze(3) for conv in self.convs]
        x = [${pooling}.squeeze(2) for i in x]
        return self.fc(torch.cat(x, dim=1))
`;
  const [own, adaptive] = [modelOf(text('F.max_pool1d(i, i.shape[2])')), modelOf(text('F.adaptive_max_pool1d(i, 1)'))];
  const figures = ({ propagation }: typeof own) => propagation.map(({ path, q, gradient }) => ({ path, q, gradient }));
  expect(own.summary.unknown).toEqual([]);
  expect(figures(own)).toEqual(figures(adaptive));
  expect(figures(own).map(({ gradient }) => gradient)).not.toContain(null);
});

test('the size of an image that a layer behind it wants is looked for', () => {
  const net = (features: number) => `class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU())
        self.head = nn.Linear(${features}, 10)

    def forward(self, x):
        return self.head(self.maps(x).flatten(1))
`;
  const [own, usual, none] = [net(32 * 7 * 7), net(32 * 56 * 56), net(32 * 5)].map((text) => modelOf(text));
  expect(own!.summary.assumptions).toContain(
    "The input's size is not known and taken as 28 × 28, which fits its layers, with independent pixels.",
  );
  const declared = modelOf(`# meanfield: input(2, 1, 28, 28)\n${net(32 * 7 * 7)}`);
  const gradients = ({ propagation }: typeof declared) => propagation.map(({ path, gradient }) => [path, gradient]);
  expect(gradients(own!)).toEqual(gradients(declared));
  expect(usual!.summary.assumptions.join(' ')).toContain('taken as 224 × 224 with');
  expect(none!.summary.assumptions.join(' ')).not.toContain('fits its layers');
});
