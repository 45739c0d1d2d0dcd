import type { Layer, Network } from '../network/graph.js';
import type { LocalTheory, PropagationPoint, Summary } from '../protocol.js';

export interface PropagateOptions {
  /** Training mode draws dropout masks and normalizes by batch statistics. */
  readonly mode?: 'train' | 'eval';
  /** Second moment of the input's entries; 1 if not given. */
  readonly inputSecondMoment?: number;
  /** Cosine between the two inputs whose correlation is followed; 0.5 if not given. */
  readonly inputCosine?: number;
}

export interface Propagation {
  /** What each layer reaches and would do if repeated for ever, by layer. */
  readonly layers: ReadonlyMap<Layer, LayerTheory>;
  readonly points: readonly PropagationPoint[];
  readonly summary: Omit<Summary, 'unknown' | 'verdict'>;
}

export interface LayerTheory {
  readonly activation: string | null;
  readonly activationParameters: Readonly<Record<string, number>>;
  readonly keep: number;
  readonly sigmaW2: number | null;
  readonly sigmaB2: number | null;
  readonly local: LocalTheory | null;
}

/** Carries lengths, correlations and gradients through the graph. Never throws: what it cannot say is `null`, with a reason. */
export function propagate(_network: Network, options: PropagateOptions = {}): Propagation {
  return {
    layers: new Map(),
    points: [],
    summary: {
      mode: options.mode ?? 'train',
      phase: null,
      chi1: null,
      xiC: null,
      xiQ: null,
      xiGrad: null,
      depth: 0,
      trainableDepth: null,
      log10GradientRatio: null,
      log10ActivationGradient: null,
      log10SignalRatio: null,
      isometry: null,
      uncertainty: null,
      assumptions: [],
    },
  };
}
