import { expect, test } from 'vitest';
import { show } from '../../language-server/network/quantity.js';
import { evaluateText } from './evaluate-text.js';

const net = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.net = nn.Sequential(*[nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        return self.net(x)
`;

const fans = (text: string): string[][] =>
  evaluateText(net + text)
    .networks.filter(({ entry }) => entry !== 'Args')
    .map(({ layers }) => layers.map(({ fanIn }) => (fanIn === null ? '?' : show(fanIn))));

const args = `
from dataclasses import dataclass
@dataclass
class Args:
    depth: int = 2
    width: int = 7
`;

test.each([
  ['tyro', `${args}import tyro\nargs = tyro.cli(Args)\nmodel = Net(args.depth, args.width)`],
  ['simple_parsing', `${args}import simple_parsing\nargs = simple_parsing.parse(Args)\nmodel = Net(args.depth, args.width)`],
  [
    'fire',
    'import fire\ndef main(depth=2, width=7):\n    model = Net(depth, width)\nif __name__ == "__main__":\n    fire.Fire(main)',
  ],
  [
    'typer',
    'import typer\ndef main(depth: int = typer.Option(2, "--depth"), width: int = 7):\n    model = Net(depth, width)\nif __name__ == "__main__":\n    typer.run(main)',
  ],
  [
    'absl',
    'from absl import app, flags\nFLAGS = flags.FLAGS\nflags.DEFINE_integer("depth", 2, "layers")\nflags.DEFINE_integer("width", default=7, help="units")\ndef main(argv):\n    del argv\n    model = Net(FLAGS.depth, FLAGS.width)\nif __name__ == "__main__":\n    app.run(main)',
  ],
])('settings that %s reads have their defaults', (_, text) => {
  expect(fans(text)).toEqual([['7', '7']]);
});
