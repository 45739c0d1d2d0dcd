import { describeMeans } from './means.js';

// With the windows at the border, which are cut off, in the place of all others, the head's second moment was 0.05 to 0.1 decades too large.
describeMeans('overlapping_windows', () => 0.03);
