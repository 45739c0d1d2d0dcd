import type { Operation, Parameter } from '../../network/graph.js';
import { numberOf } from '../../network/quantity.js';
import { identityGain, logAdd, type Signal, scaled, type Transferred } from '../signal.js';
import { secondMoment } from './normalization.js';

type Dropout = Extract<Operation, { kind: 'dropout' }>;

/** Inverted dropout with independent masks: E x² grows by 1/keep, products of different entries stay. Schoenholz et al. 2017, §5. */
export function drop(node: Dropout, input: Signal, mode: 'train' | 'eval'): Transferred | string {
  const rate = node.rate === null ? null : numberOf(node.rate);
  if (mode === 'eval') return { signal: input, gains: [identityGain] };
  if (rate === null || rate < 0 || rate >= 1) return 'the rate of a dropout is not known';
  const keep = 1 - rate;
  // Alpha dropout keeps mean 0 and variance 1 of self-normalizing units.
  if (node.variant === 'alpha' || rate === 0) return { signal: input, gains: [identityGain] };
  const { activated: _, ...rest } = input;
  const whole = node.variant !== 'element';
  return {
    signal: {
      ...rest,
      logQ: input.logQ - Math.log(keep),
      c: input.c * keep,
      cSpatial: whole ? input.cSpatial : input.cSpatial * keep,
      mean: input.mean * Math.sqrt(keep),
    },
    gains: [{ logSame: -Math.log(keep), cross: whole ? 1 : keep, shared: 0 }],
  };
}

export function scale(factor: number | null, parameter: Parameter | null, input: Signal): Transferred | string {
  const second = factor !== null ? factor * factor : parameter ? secondMoment(parameter, 1) : null;
  if (second === null) return 'a factor is not known';
  return { signal: scaled(input, Math.log(second)), gains: [{ logSame: Math.log(second), cross: 1, shared: 0 }] };
}

export function shift(offset: number | null, parameter: Parameter | null, input: Signal): Transferred | string {
  const second = offset !== null ? offset * offset : parameter ? secondMoment(parameter, 0) : null;
  if (second === null) return 'an offset is not known';
  if (second === 0) return { signal: input, gains: [identityGain] };
  const mean = offset ?? 0;
  const q = Math.exp(input.logQ);
  const cross = 2 * mean * input.mean * Math.sqrt(q);
  const total = Math.max(q + second + cross, Number.MIN_VALUE);
  const logQ = Math.abs(input.logQ) > 300 ? logAdd(input.logQ, Math.log(second)) : Math.log(total);
  const own = Math.exp(Math.min(0, input.logQ - logQ));
  const { activated: _, ...rest } = input;
  return {
    signal: {
      ...rest,
      logQ,
      c: 1 - own * (1 - input.c),
      cSpatial: 1 - own * (1 - input.cSpatial),
      mean: (input.mean * Math.sqrt(q) + mean) / Math.sqrt(total),
    },
    gains: [identityGain],
  };
}
