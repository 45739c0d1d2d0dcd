import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

// With neighbouring gradients taken for independent, those of the first layers were 0.26 decades too small.
const { analyzer } = describeMeans('upsampled', (path) => (path === 'first' ? 0.07 : 0.05));

test('the factor tells the size where that of the input is not known', () => {
  const text = `from torch import nn
net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Upsample(scale_factor=2, mode='bilinear'), nn.Conv2d(8, 8, 3, padding=1))
`;
  const { summary } = analyzer().analyzeText(text, { file: 'net.py' }).models[0]!;
  expect(summary.assumptions.join(' ')).not.toContain('keep the size');
});
