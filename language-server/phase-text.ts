import { hasNormalization } from './has-normalization.js';
import type { ModelReport, Phase } from './protocol.js';

/** A phase is always told by shape and word together, and by colour where there is one: signals shrink, stay, grow. */
export const phaseSymbols: Readonly<Record<Phase, string>> = { ordered: '▼', critical: '●', chaotic: '▲' };

const phaseMeanings: Readonly<Record<Phase, string>> = {
  ordered: 'gradients vanish with depth',
  critical: 'signal and gradients survive depth',
  chaotic: 'gradients explode with depth',
};

/** What stands before the verdict of a model. */
export interface Standing {
  readonly symbol: string;
  readonly label: Phase | 'normalized' | 'phase not known';
  readonly meaning: string;
}

/** The phase of a model; where it has none although gradients could be followed, what rules it instead. */
export function standing({ summary, graph }: Pick<ModelReport, 'summary' | 'graph'>): Standing {
  const { phase, log10ActivationGradient } = summary;
  if (phase) return { symbol: phaseSymbols[phase], label: phase, meaning: phaseMeanings[phase] };
  if (log10ActivationGradient !== null && hasNormalization({ graph }))
    return {
      symbol: '◇',
      label: 'normalized',
      meaning:
        'normalization gives the signal its size anew, and branches change gradients by their number: no phase rules this network',
    };
  return { symbol: '?', label: 'phase not known', meaning: 'gradients could not be followed through the whole network' };
}
