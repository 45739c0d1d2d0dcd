import { gradientFinding } from './gradient-finding.js';
import type { Rule } from './rule.js';

/** χ₁ < 1: squared gradients shrink like χ₁^depth (Schoenholz et al. 2017, arXiv:1611.01232, §4). */
export const vanishingGradient: Rule = {
  id: 'vanishing-gradient',
  title: 'Gradients shrink so much from output to input that the first layers hardly learn.',
  check: (model) => gradientFinding(model, -1),
};
