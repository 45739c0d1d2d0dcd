import { describeMeans } from './means.js';

// A scale for each channel is the same at all positions, however it is seen: what these have in common stays.
describeMeans('parameters_as_maps', () => 0.06);
