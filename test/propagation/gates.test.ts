import { describeMeans } from './means.js';

describeMeans('gates', () => 0.08);
