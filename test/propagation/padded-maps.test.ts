import { describeMeans } from './means.js';

// With the padding taken for a view of the same map, second moments were up to 0.16 decades too large, gradients 0.13.
describeMeans('padded_maps', () => 0.04);
