import { describeMeans } from './means.js';

// Gradients of a table's tokens were 10,000 times too large: its numbers did not count as tokens, nor did the last one as the class token.
describeMeans('numbers_as_tokens', () => 0.08);
