import type { Phase } from '../language-server/protocol.js';

/** A phase is always told by shape, word and colour together. */
export const phaseSymbols: Record<Phase, string> = { ordered: '▼', critical: '●', chaotic: '▲' };

export const phaseMeanings: Record<Phase, string> = {
  ordered: 'gradients vanish with depth',
  critical: 'signal and gradients survive depth',
  chaotic: 'gradients explode with depth',
};
