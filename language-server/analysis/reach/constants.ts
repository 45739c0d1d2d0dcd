import type { Family } from '../../network/distribution.js';

/** Families that draw nothing: each tensor of one is what its name says. */
export const constants: ReadonlySet<Family> = new Set<Family>(['zeros', 'ones', 'constant', 'identity', 'dirac']);
