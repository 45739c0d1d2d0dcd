import { activation as activationNamed } from '../../meanfield/activations.js';
import type { Activation } from '../../network/graph.js';
import { logMoments, pairCorrelations } from '../moments.js';
import { identityGain, type Signal, type Transferred } from '../signal.js';

/** E φ² forwards, E φ′² backwards. Poole et al. 2016, arXiv:1606.05340, eqs. 3–5; Schoenholz et al. 2017, arXiv:1611.01232, eq. 11. */
export function activate(node: Activation, input: Signal): Transferred | string {
  const phi = activationNamed(node.activation, node.parameters);
  if (!phi) return `the activation '${node.activation}' is not described by the theory used here`;
  if (input.logQ === Number.NEGATIVE_INFINITY && phi.phi(0) === 0) return { signal: input, gains: [identityGain] };
  const moments = logMoments(phi, input.logQ, input.mean);
  const inputs = pairCorrelations(phi, input.logQ, input.mean, input.c);
  const positions = pairCorrelations(phi, input.logQ, input.mean, input.cSpatial);
  return {
    signal: {
      logQ: moments.logSecond,
      c: inputs.value,
      cSpatial: positions.value,
      mean: moments.mean,
      spatial: input.spatial,
      activated: { activation: node.activation, parameters: node.parameters, before: input },
    },
    gains: [{ logSame: moments.logSlope, cross: positions.slope, shared: 0 }],
  };
}
