import type { Framework } from '../frameworks/framework.js';
import { pytorch } from '../frameworks/pytorch/index.js';

/** Every framework whose models are analysed; a file belongs to the first that it mentions. */
export const knownFrameworks: readonly Framework[] = [pytorch];
