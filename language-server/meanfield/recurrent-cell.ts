import type { TimeMatrix } from './time-matrix.js';

/** What enters the pre-activation of a gate: V = σ_h² E h² + σ_x² E x² + σ_b², around a mean. */
export interface Field {
  /** Summands times variance of the weights on the state. */
  readonly recurrent: number;
  /** The same of the weights on the input. */
  readonly input: number;
  /** Sum of the means of all biases. */
  readonly center: number;
  /** Sum of the variances of all biases. */
  readonly bias: number;
  /** Of that, what is added to the state's product before a reset gate multiplies both. */
  readonly recurrentBias: number;
  /** The mean of those. */
  readonly recurrentCenter: number;
}

/** A layer of recurrent units over the steps of a sequence. */
export interface Unrolled {
  /** E h_t h_s of one sequence. */
  readonly own: TimeMatrix;
  /** The same of two sequences. */
  readonly cross: TimeMatrix;
  /** Inner products of gradients at two steps with respect to the input, from those with respect to the output. */
  backward(output: TimeMatrix): TimeMatrix;
}

/** Covariances of the input's entries between steps. */
export interface Sequences {
  readonly own: TimeMatrix;
  readonly cross: TimeMatrix;
}

export const covariance = (field: Field, state: number, input: number): number =>
  field.recurrent * state + field.input * input + field.bias;

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
export const logisticSlope = (x: number): number => logistic(x) * logistic(-x);
export const tanhSlope = (x: number): number => 1 / Math.cosh(Math.max(-300, Math.min(300, x))) ** 2;
