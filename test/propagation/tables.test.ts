import { describeMeans } from './means.js';

// A row for each place keeps tokens apart, one for all of them makes them alike. As the same everywhere, tables made attention's outputs 1.3 decades
// too large.
describeMeans('tables', () => 0.06);
