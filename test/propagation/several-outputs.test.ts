import { expect, test } from 'vitest';
import { testAnalyzer } from '../analyzer.js';

const autoencoder = `import torch
from torch import nn

class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.spread = nn.Linear(400, 20)
        self.decode = nn.Linear(20, 400)
        self.image = nn.Linear(400, 784)

    def forward(self, x):
        hidden = torch.relu(self.encode(x.view(-1, 784)))
        mean, spread = self.mean(hidden), self.spread(hidden)
        z = mean + torch.randn_like(spread) * torch.exp(0.5 * spread)
        return torch.sigmoid(self.image(torch.relu(self.decode(z)))), mean, spread
`;

test('all entries of outputs of unlike sizes get gradients of one size', async () => {
  const analyzer = await testAnalyzer();
  const [model] = analyzer.analyzeText(autoencoder, { file: 'autoencoder.py' }).models;
  // Of PyTorch 1.13, means over ten draws.
  const measured = { encode: 0.01783, mean: 1.126, spread: 1.014, decode: 0.01978, image: 0.06055 };
  for (const [path, gradient] of Object.entries(measured)) {
    const point = model!.propagation.find((one) => one.path === path)!;
    expect(Math.abs(Math.log10(point.gradient! / gradient)), path).toBeLessThan(0.05);
  }
});
