import { describeMeans } from './means.js';

// What the class token has in common with itself in the products over all tokens is left out.
describeMeans('padded_tokens', () => 0.16);
