import type { LayerReport } from '../protocol.js';

/**
 * The slope a of `kaiming_uniform_(w, a)`, where it is not that of the activation behind the layer and matters: the gain √(2/(1 + a²))
 * falls as a rises, while it reads like a scale. He et al. 2015, arXiv:1502.01852, eq. 15.
 */
export function scaledBySlope({ weight, activation, activationParameters }: LayerReport): number | null {
  const { a, nonlinearity } = weight?.given ?? {};
  if (nonlinearity !== 'leaky_relu' || typeof a !== 'number' || a * a < 0.05 || weight?.kept) return null;
  const slope = activation === 'leaky_relu' || activation === 'prelu' ? activationParameters.negative_slope : undefined;
  return slope !== undefined && Math.abs(Math.abs(a) - Math.abs(slope)) < 1e-6 ? null : a;
}
