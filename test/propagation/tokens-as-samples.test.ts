import { describeMeans } from './means.js';

// They stay the positions of their maps, so that a mean over them averages.
describeMeans('tokens_as_samples', () => 0.06);
