import type { Range } from '../protocol.js';
import type { Quantity } from './quantity.js';

/** How a tensor is drawn at initialization. Only the first two moments enter q, c and χ₁; the family enters the spectrum. */
export type Family =
  | 'normal'
  | 'uniform'
  | 'truncated-normal'
  | 'orthogonal'
  | 'delta-orthogonal'
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'identity'
  | 'dirac'
  | 'sparse'
  /** Allocated but never written: the contents are undefined. */
  | 'undefined'
  | 'unknown';

export interface Distribution {
  readonly family: Family;
  /** `null` where it is not known. */
  readonly mean: Quantity | null;
  /** `null` where it is not known. */
  readonly variance: Quantity | null;
  /** The variance as a user reads it: `1/(3·fan_in)`, `2/fan_in`. */
  readonly formula: string | null;
  /** Arguments of the call that neither the formula nor the variance tells: the slope of a gain, the bounds of a truncated normal. */
  readonly given?: Readonly<Record<string, number | string>>;
  readonly source: Source;
}

/** Who wrote the distribution. */
export interface Source {
  readonly kind: 'default' | 'call' | 'hint';
  /** `PyTorch default`, `kaiming_normal_(mode='fan_out')`. */
  readonly text: string;
  /** Where the writer stands; `null` for a default. */
  readonly location: Location | null;
  /** The framework's own code wrote it, while it made a layer. */
  readonly byFramework?: true;
  /** It scaled or shifted what was there, instead of drawing anew. */
  readonly changes?: true;
  /** It copied another tensor. */
  readonly copies?: true;
  /** It stands in a branch of which it is not known whether it runs. */
  readonly undecided?: true;
}

/** A place in a file. `file` is the id under which the evaluator was given the text. */
export interface Location {
  readonly file: string;
  readonly range: Range;
}
