import { describeMeans } from './means.js';

describeMeans('stacked', () => 0.06);
