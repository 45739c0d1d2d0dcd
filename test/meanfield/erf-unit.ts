import type { Activation } from '../../language-server/meanfield/activation.js';
import { activation } from '../../language-server/meanfield/activations.js';

const unit = Math.sqrt(Math.PI) / 2;
const { name: _, moments: __, kernel: ___, difference: ____, ...erf } = activation('erf')!;

/** erf(√π x/2), the erf with slope 1 at 0 that the golden tables use; without erf's closed forms, so that it is integrated. */
const erfUnit: Activation = {
  ...erf,
  name: 'erf_unit',
  phi: (x) => erf.phi(unit * x),
  dphi: (x) => unit * erf.dphi(unit * x),
  d2phi: (x) => unit * unit * erf.d2phi(unit * x),
  scale: erf.scale / unit,
  settled: erf.settled / unit,
};

/** An activation of the golden tables. */
export const goldenActivation = (name: string, parameters?: Record<string, number>): Activation =>
  name === 'erf_unit' ? erfUnit : activation(name, parameters)!;
