import { describeMeans } from './means.js';

// With squares added, the body of the first lost a factor of 1.4 in each of its blocks.
describeMeans('nested_skips', () => 0.05);
