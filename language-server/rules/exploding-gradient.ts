import { gradientFinding } from './gradient-finding.js';
import type { Rule } from './rule.js';

/** χ₁ > 1: squared gradients grow like χ₁^depth (Schoenholz et al. 2017, arXiv:1611.01232, §4). */
export const explodingGradient: Rule = {
  id: 'exploding-gradient',
  title: 'Gradients grow so much from output to input that the first steps of training overshoot.',
  check: (model) => gradientFinding(model, 1),
};
