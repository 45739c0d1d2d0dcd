import { describeMeans } from './means.js';

describeMeans('clamps', () => 0.06);
