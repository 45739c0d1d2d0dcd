import type { Summary } from '../protocol.js';

/**
 * What is left of a change of gradients at the near edge of two standard deviations of what single draws of the weights differ by: beyond
 * it another seed may do the contrary. Hanin & Nica 2018, arXiv:1812.05994: at depth 100 and width 100 that is a factor of e^{4.5}.
 *
 * @param nats ln of the change of squared gradients, of either sign
 * @returns its size without the uncertain part, 0 where all of it is uncertain
 */
export const certainNats = (nats: number, { uncertainty }: Summary): number =>
  Math.max(0, Math.abs(nats) - 2 * Math.LN10 * (uncertainty?.log10Gradient ?? 0));
