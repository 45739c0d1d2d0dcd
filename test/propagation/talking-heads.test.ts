import { describeMeans } from './means.js';

// A few weights mix the heads, so that sixty networks leave some noise.
describeMeans('talking_heads', () => 0.1);
