import { describeMeans } from './means.js';

// Sines of numbers that are not worked out stopped signals, and a constant that convolutions read had no borders: 0.16 decades too large.
describeMeans('encoded_places', () => 0.03);
