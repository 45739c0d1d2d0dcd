import { Random } from '../../language-server/simulation/random.js';

export const families = ['dense', 'convolutional', 'residual', 'normalized'] as const;
export type Family = (typeof families)[number];

export interface RandomModel {
  name: string;
  family: Family;
  source: string;
  /** Side of the feature maps; `null` without maps. */
  mapSize: number | null;
}

export interface Sizes {
  depth: readonly [from: number, to: number];
  widths: readonly number[];
  channels: readonly number[];
}

/** What people build: tens of layers, hundreds of units. */
export const fullSizes: Sizes = {
  depth: [10, 100],
  widths: [128, 192, 256, 384, 512, 768, 1024],
  channels: [32, 48, 64, 96, 128],
};

/** Seconds instead of minutes. */
export const smallSizes: Sizes = { depth: [5, 12], widths: [32, 48, 64], channels: [8, 16, 24] };

/** As PyTorch source, with activations, widths and laws of weights drawn by the seed. */
export function randomModel(family: Family, seed: number, sizes: Sizes = fullSizes): RandomModel {
  const random = new Random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!;
  const between = ([from, to]: readonly [number, number]) => Math.round(from * (to / from) ** random.uniform());
  const depth = between(sizes.depth);
  const kind = pick(activations);
  const law = pick(kind.laws);
  const name = `${family} ${seed}: ${depth} × ${kind.name}, ${law}`;
  const widths = (list: readonly number[], count: number) => {
    const mixed = random.uniform() < 0.5;
    const one = pick(list);
    return Array.from({ length: count }, () => (mixed ? pick(list) : one));
  };
  // Orthogonal matrices of a thousand rows take a minute a network.
  const list = law.startsWith('orthogonal') ? sizes.widths.filter((width) => width <= 256) : sizes.widths;
  switch (family) {
    case 'dense':
      return {
        name,
        family,
        mapSize: null,
        source: model(
          law,
          dense(widths(list, depth), kind.module, () => null),
        ),
      };
    case 'convolutional': {
      const channels = widths(sizes.channels, Math.min(depth, 40));
      return { name, family, mapSize: 8, source: model(law, convolutional(channels, kind.module, random)) };
    }
    case 'residual':
      return { name, family, mapSize: null, source: residual(law, pick(list), Math.ceil(depth / 2), kind.module, random) };
    case 'normalized': {
      const norm = pick(['nn.LayerNorm', 'nn.BatchNorm1d', 'nn.RMSNorm']);
      const chosen = widths(
        list.filter((width) => width <= 512),
        Math.min(depth, 50),
      );
      return {
        name: `${name}, ${norm}`,
        family,
        mapSize: null,
        source: model(
          law,
          dense(chosen, kind.module, (width) => `${norm}(${width})`),
        ),
      };
    }
  }
}

const activations = [
  {
    name: 'ReLU',
    module: 'nn.ReLU()',
    laws: ['kaiming_normal_(w, nonlinearity="relu")', 'kaiming_uniform_(w, nonlinearity="relu")', 'orthogonal_(w, 2 ** 0.5)'],
  },
  { name: 'LeakyReLU', module: 'nn.LeakyReLU(0.2)', laws: ['kaiming_normal_(w, a=0.2)', 'xavier_normal_(w)'] },
  {
    name: 'Tanh',
    module: 'nn.Tanh()',
    laws: ['xavier_normal_(w)', 'xavier_uniform_(w)', 'orthogonal_(w)', 'xavier_normal_(w, 5 / 3)'],
  },
  { name: 'SELU', module: 'nn.SELU()', laws: ['kaiming_normal_(w, nonlinearity="linear")'] },
  { name: 'ELU', module: 'nn.ELU()', laws: ['kaiming_normal_(w, nonlinearity="linear")'] },
] as const;

const model = (law: string, layers: readonly string[]): string => `${head}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            ${layers.join(',\n            ')},
        )
${initialize(law)}
    def forward(self, x):
        return self.layers(x)
`;

const head = 'import torch\nfrom torch import nn\n\n';

const initialize = (law: string): string => `        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                w = module.weight
                nn.init.${law}
                nn.init.zeros_(module.bias)
`;

function dense(widths: readonly number[], activation: string, norm: (width: number) => string | null): string[] {
  let before = widths[0]!;
  const layers = widths.flatMap((width) => {
    const normalization = norm(width);
    const layer = [`nn.Linear(${before}, ${width})`, ...(normalization ? [normalization] : []), activation];
    before = width;
    return layer;
  });
  return [...layers, `nn.Linear(${before}, 64)`];
}

function convolutional(channels: readonly number[], activation: string, random: Random): string[] {
  let before = 3;
  const layers = channels.flatMap((width, i) => {
    const kernel = i > 0 && random.uniform() < 0.2 ? 1 : 3;
    const layer = [`nn.Conv2d(${before}, ${width}, ${kernel}, padding=${(kernel - 1) / 2}, padding_mode="circular")`, activation];
    before = width;
    return layer;
  });
  return [...layers, 'nn.AdaptiveAvgPool2d(1)', 'nn.Flatten()', `nn.Linear(${before}, 64)`];
}

function residual(law: string, width: number, blocks: number, activation: string, random: Random): string {
  const norm = random.uniform() < 0.3 ? 'nn.LayerNorm(width)' : 'nn.Identity()';
  const inner = random.uniform() < 0.5 ? width : 2 * width;
  return `${head}
class Block(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.norm = ${norm}
        self.a = nn.Linear(width, inner)
        self.act = ${activation}
        self.b = nn.Linear(inner, width)

    def forward(self, x):
        return x + ${(0.2 + 0.8 * random.uniform()).toFixed(2)} * self.b(self.act(self.a(self.norm(x))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(${width}, ${width})
        self.blocks = nn.Sequential(*[Block(${width}, ${inner}) for _ in range(${blocks})])
        self.head = nn.Linear(${width}, 64)
${initialize(law)}
    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))
`;
}
