import { describeMeans } from './means.js';

// Merged patches leave fewer positions, each of which gets more of the gradient behind a mean over them.
describeMeans('regrouped', () => 0.05);
