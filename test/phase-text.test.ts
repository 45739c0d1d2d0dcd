import { expect, test } from 'vitest';
import { standing } from '../language-server/phase-text.js';
import type { ModelReport } from '../language-server/protocol.js';
import { testAnalyzer } from './analyzer.js';

const analyzer = await testAnalyzer();

const of = (layers: string): ModelReport =>
  analyzer.analyzeText(`import torch.nn as nn\nmodel = nn.Sequential(${layers})\n`, { file: 'net.py' }).models[0]!;

test('a chain stands under its phase', () => {
  expect(standing(of('nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)'))).toMatchObject({
    symbol: '▼',
    label: 'ordered',
  });
});

test('a normalized network has no phase', () => {
  expect(standing(of('nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU()'))).toMatchObject({
    symbol: '◇',
    label: 'normalized',
  });
});

test('where gradients stop, no phase is told', () => {
  expect(standing(of('nn.Linear(64, 64), nn.LayerNorm(64), Mystery(), nn.Linear(64, 64), nn.ReLU()')).label).toBe(
    'phase not known',
  );
});
