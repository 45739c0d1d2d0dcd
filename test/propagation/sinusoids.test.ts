import { describeMeans } from './means.js';

// Tables of places counted as inputs of second moment 1.
describeMeans('sinusoids', () => 0.03);
