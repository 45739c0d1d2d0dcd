import { describeMeans } from './means.js';

// Keys and values of the same tokens add to what a query gets by tokens over width, 64/96 here: nothing in wide layers, where the theory holds.
// A mean that keeps its dimension was taken for many windows: gradients behind it were 0.3 decades too small.
describeMeans('pooled_attention', (path) => (path === 'query' ? 0.35 : 0.1));
