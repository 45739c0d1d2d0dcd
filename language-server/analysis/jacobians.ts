import type { JacobianSource } from '../propagation/isometry.js';
import type { ModelReport } from '../protocol.js';

/** What charts of a model are computed from and its report does not hold; it goes when the report goes. */
export const jacobians = new WeakMap<ModelReport, JacobianSource>();
