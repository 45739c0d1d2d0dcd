import { describeMeans } from './means.js';

// Every signal stopped at a cell.
describeMeans('cells', () => 0.08);
