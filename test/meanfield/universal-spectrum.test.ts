import { describe, test } from 'vitest';
import { singularValueDensity } from '../../language-server/meanfield/jacobian-spectrum.js';
import { bernoulliLimit, smoothLimit } from '../../language-server/meanfield/universal-spectrum.js';
import { expectClose, golden } from '../golden.js';

describe('Limiting spectra of very deep critical networks', () => {
  for (const { id, inputs, expected, tolerance } of golden('07-jacobian-spectrum').filter(({ id }) => id.startsWith('limit-'))) {
    test(id, () => {
      const variance = inputs.rel_variance as number;
      const spectrum = inputs.class === 'smooth' ? smoothLimit(variance) : bernoulliLimit(variance);
      expectClose(Math.exp(spectrum.logMin), expected.lambda_min ?? null, tolerance, 'λ_min');
      expectClose(Math.exp(spectrum.logMax), expected.lambda_max, tolerance, 'λ_max');
      expectClose(Math.exp(spectrum.logBulkEdge), expected.bulk_edge ?? expected.lambda_max, tolerance, 'bulk edge');
      const top = expected.atom_at_top as { lambda: number; mass: number } | undefined;
      if (top) expectClose(spectrum.atoms[0]?.mass ?? 0, top.mass, tolerance, 'mass of the atom');
      if (top && top.mass > 0) expectClose(Math.exp(spectrum.atoms[0]!.logLambda), top.lambda, tolerance, 'λ of the atom');
      const s = (expected.lambda as number[]).map(Math.sqrt);
      singularValueDensity(spectrum, s).forEach((density, i) => {
        expectClose(density / (2 * s[i]!), (expected.rho_lambda as number[])[i], tolerance, `ρ(${s[i]! ** 2})`);
      });
    });
  }
});
