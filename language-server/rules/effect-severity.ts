import type { Severity } from '../protocol.js';

/**
 * Severity of a change of squared gradients (or of the signal of input differences) by the factor e^(±nats) over a whole network.
 *
 * Networks train for depth ≲ 6 ξ, that is up to about 6 nats (Schoenholz et al. 2017, arXiv:1611.01232, §5); the constant drifts
 * up to 10 with the optimizer and the length of training. So 3 to 6 is marginal, above 6 slow, above 9 doubtful, and above 12
 * (gradients 400 times smaller or larger at one end) training stalls or diverges without help.
 * Up to three weight layers train at almost any scale, so those get a hint at most.
 *
 * @param nats |Σ ln χ| over the network, or depth/ξ
 * @param depth number of weight layers
 * @returns null where the effect is too small to be worth a word
 */
export function effectSeverity(nats: number, depth: number): Severity | null {
  if (nats < 3) return null;
  if (nats < 6 || depth <= shallow) return 'hint';
  if (nats < 9) return 'information';
  return nats < 12 ? 'warning' : 'error';
}

/** Weight layers up to which no network is alarmed. */
const shallow = 3;
