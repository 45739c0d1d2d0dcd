import { describeMeans } from './means.js';

// As if the samples were the tokens, gradients were a decade too large.
describeMeans('sequence_first', () => 0.06);
