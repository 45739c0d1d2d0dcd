import { describeMeans } from './means.js';

// A class token that starts at nearly nothing has gradients of its own: normalization makes them 800 times larger in the first block.
describeMeans('class_tokens', () => 0.06);
