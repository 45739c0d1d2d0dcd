import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { concatenated, gate, type Part } from '../../language-server/meanfield/gates.js';
import { gaussianMoments } from '../../language-server/meanfield/gaussian-moments.js';
import {
  type NormalizedLayer,
  normAfterActivation,
  normalizedCStar,
  normBeforeActivation,
} from '../../language-server/meanfield/normalized-layer.js';
import { postActivationClosure, postActivationDensity } from '../../language-server/meanfield/post-activation-stream.js';
import {
  hiddenLayerBranch,
  postNormBlock,
  preActivationBranch,
  preNormBranch,
  residualBlocks,
} from '../../language-server/meanfield/residual-blocks.js';
import { residualIsometry } from '../../language-server/meanfield/residual-isometry.js';
import { branchScale, deepNorm, fixupScale } from '../../language-server/meanfield/residual-schemes.js';
import { residualStream } from '../../language-server/meanfield/residual-stream.js';
import { expectClose, type GoldenRow, golden } from '../golden.js';

const rows = golden('06-residual-and-norm');
const starting = (prefix: string) => rows.filter(({ id }) => id.startsWith(prefix));
const phiOf = ({ inputs }: GoldenRow) => activation(inputs.activation as string, inputs.params as Record<string, number>)!;
const number = (row: GoldenRow, name: string) => row.inputs[name] as number;

describe('Residual streams', () => {
  for (const row of starting('res/block/')) {
    test(row.id, () => {
      const branch = hiddenLayerBranch(
        phiOf(row),
        { sigmaW2: number(row, 'sigma_w2'), sigmaB2: number(row, 'sigma_b2') },
        { sigmaW2: number(row, 'sigma_v2'), sigmaB2: number(row, 'sigma_a2') },
      );
      const points = residualBlocks(
        branch,
        { skip: number(row, 'a'), scale: number(row, 'b'), blocks: number(row, 'blocks') },
        { secondMoment: number(row, 'p0'), cosine: number(row, 'c0') },
      );
      (row.expected.blocks as Record<string, number>[]).forEach(({ p, c, log_grad, chi }, l) => {
        expectClose(points[l]!.secondMoment, p, row.tolerance, `p, block ${l}`);
        expectClose(points[l]!.cosine, c, row.tolerance, `c, block ${l}`);
        // ln 1 is a rounding error on both sides.
        expectClose(points[l]!.logGradient, log_grad, { ...row.tolerance, abs: 1e-10 }, `ln ∏χ, block ${l}`);
        // The last row is the stream after all blocks.
        if (chi !== undefined) expectClose(points[l]!.chi, chi, row.tolerance, `χ, block ${l}`);
      });
    });
  }

  for (const row of starting('res/preact2/')) {
    test(row.id, () => {
      const first = { sigmaW2: number(row, 'sigma1_2'), sigmaB2: 0 };
      const branch = preActivationBranch(phiOf(row), first, { sigmaW2: number(row, 'sigma2_2'), sigmaB2: 0 });
      const points = residualBlocks(branch, { blocks: number(row, 'blocks') }, { secondMoment: number(row, 'q0'), cosine: 1 });
      (row.expected.blocks as Record<string, number>[]).forEach(({ q, log_grad, chi, inner_q }, l) => {
        const { secondMoment } = points[l]!;
        expectClose(secondMoment, q, row.tolerance, `q, block ${l}`);
        const inner = first.sigmaW2 * gaussianMoments(phiOf(row), secondMoment).second;
        if (inner_q !== undefined) expectClose(inner, inner_q, row.tolerance, `inner q, block ${l}`);
        expectClose(points[l]!.logGradient, log_grad, row.tolerance, `ln ∏χ, block ${l}`);
        // The last row is the stream after all blocks.
        if (chi !== undefined) expectClose(points[l]!.chi, chi, row.tolerance, `χ, block ${l}`);
      });
    });
  }

  for (const row of starting('res/rrn-relu/')) {
    test(row.id, () => {
      const variances = { sigmaW2: number(row, 'sigma_w2'), sigmaB2: number(row, 'sigma_b2') };
      (row.expected.blocks as Record<string, number>[]).forEach(({ second_moment, mean }, l) => {
        const input = { secondMoment: number(row, 'p0'), mean: number(row, 'mean0') };
        const stream = residualStream(activation('relu')!, variances, l, input);
        expectClose(stream.secondMoment, second_moment, row.tolerance, `E x², block ${l}`);
        expectClose(stream.mean, mean, row.tolerance, `E x, block ${l}`);
      });
    });
  }

  for (const row of starting('res/subexp/')) {
    test(`${row.id}: gradients grow like e^{A √l}`, () => {
      const variances = { sigmaW2: number(row, 'sigma_w2'), sigmaB2: 0 };
      for (const { l, p, log_grad } of row.expected.marks as { l: number; p: number; log_grad: number }[]) {
        const stream = residualStream(phiOf(row), variances, l, { secondMoment: number(row, 'p0') });
        expectClose(stream.secondMoment, p, row.tolerance, `p, block ${l}`);
        expectClose(residualIsometry(stream.branches).logMean, log_grad, row.tolerance, `ln ∏χ, block ${l}`);
      }
    });
  }

  for (const row of starting('res/corr-decay/')) {
    test(`${row.id}: correlations fade by a power of depth`, () => {
      const variances = { sigmaW2: number(row, 'sigma_w2'), sigmaB2: 0 };
      for (const { l, p, c } of row.expected.rows as { l: number; p: number; c: number }[]) {
        const input = { secondMoment: number(row, 'p0'), cosine: number(row, 'c0') };
        const stream = residualStream(phiOf(row), variances, l, input);
        expectClose(stream.secondMoment, p, row.tolerance, `p, block ${l}`);
        expectClose(stream.cosine, c, row.tolerance, `c, block ${l}`);
      }
    });
  }

  for (const row of starting('res/postact-relu-')) {
    test(row.id, () => {
      const gain = (number(row, 'sigma1_2') * number(row, 'sigma2_2')) / 2;
      const blocks = number(row, 'blocks');
      const exact = row.expected.log_grad !== undefined ? postActivationDensity(gain, blocks) : null;
      (exact ?? postActivationClosure(gain, blocks)).forEach(({ secondMoment, mean }, l) => {
        expectClose(secondMoment, (row.expected.second_moment as number[])[l], row.tolerance, `E x², block ${l}`);
        expectClose(mean, (row.expected.mean as number[])[l], row.tolerance, `E x, block ${l}`);
      });
      exact?.forEach(({ on, logGradient }, l) => {
        expectClose(on, (row.expected.prob_positive as number[])[l], row.tolerance, `P(x > 0), block ${l}`);
        expectClose(logGradient, (row.expected.log_grad as number[])[l], row.tolerance, `ln gain, block ${l}`);
      });
    });
  }
});

describe('Normalized residual streams', () => {
  const variancesOf = (row: GoldenRow) =>
    [
      { sigmaW2: number(row, 'sigma1_2'), sigmaB2: number(row, 'bias1_2') },
      { sigmaW2: number(row, 'sigma2_2'), sigmaB2: number(row, 'bias2_2') },
    ] as const;

  for (const row of starting('norm/preln/')) {
    test(row.id, () => {
      const branch = preNormBranch(phiOf(row), ...variancesOf(row));
      expectClose(branch.secondMoment(1), row.expected.branch_variance, row.tolerance, 'v');
      expectClose(branch.chi(1), row.expected.branch_chi, row.tolerance, 'χ_f');
      expectClose(branch.chi(1) / branch.secondMoment(1), row.expected.gradient_exponent, row.tolerance, 'exponent');
      const input = { secondMoment: number(row, 'q0'), cosine: number(row, 'c0') };
      const points = residualBlocks(branch, { blocks: number(row, 'blocks') }, input);
      (row.expected.blocks as Record<string, number>[]).forEach(({ q, c, log_grad }, l) => {
        expectClose(points[l]!.secondMoment, q, row.tolerance, `q, block ${l}`);
        expectClose(points[l]!.cosine, c, row.tolerance, `c, block ${l}`);
        expectClose(points[l]!.logGradient, log_grad, row.tolerance, `ln ∏χ, block ${l}`);
      });
    });
  }

  for (const row of starting('norm/postln/')) {
    test(row.id, () => {
      const branch = hiddenLayerBranch(phiOf(row), ...variancesOf(row));
      const block = postNormBlock(branch);
      expectClose(branch.secondMoment(1), row.expected.branch_variance, row.tolerance, 'v');
      expectClose(branch.chi(1), row.expected.branch_chi, row.tolerance, 'χ_f');
      expectClose(block.chi, row.expected.chi_per_block, row.tolerance, 'χ');
      let cosine = number(row, 'c0');
      for (const { c } of row.expected.blocks as { c: number }[]) {
        expectClose(cosine, c, row.tolerance, 'c');
        cosine = block.cMap(cosine);
      }
    });
  }
});

describe('Normalization over features', () => {
  const expectMap = (row: GoldenRow, layer: NormalizedLayer) => {
    expectClose(layer.q, row.expected.q, row.tolerance, 'q');
    expectClose(layer.chi1, row.expected.chi1, row.tolerance, 'χ₁');
    for (const { c, c_next } of row.expected.map as { c: number; c_next: number }[])
      expectClose(layer.cMap(c), c_next, row.tolerance, `𝒞(${c})`);
  };
  const variancesOf = (row: GoldenRow) => ({ sigmaW2: number(row, 'sigma_w2'), sigmaB2: number(row, 'sigma_b2') });

  for (const row of [...starting('norm/layernorm-after'), ...starting('norm/rmsnorm-after')]) {
    test(row.id, () => {
      const layer = normAfterActivation(phiOf(row), variancesOf(row), row.inputs.norm === 'LayerNorm' ? 'layer' : 'rms');
      expectMap(row, layer);
      const cStar = normalizedCStar(layer);
      expectClose(cStar, row.expected.c_star, row.tolerance, 'c*');
      expectClose(layer.cMapSlope(cStar), row.expected.chi_c, row.tolerance, 'χ_c');
    });
  }

  for (const row of starting('norm/ln-before-activation/'))
    test(row.id, () => expectMap(row, normBeforeActivation(phiOf(row), variancesOf(row))));
});

describe('Gates, concatenation and named schemes', () => {
  for (const row of starting('gate/')) {
    test(row.id, () => {
      const y = gate(
        phiOf(row),
        { linear: number(row, 'sigma_wa2'), gated: number(row, 'sigma_wb2') },
        { secondMoment: number(row, 'input_second_moment'), cosine: number(row, 'input_cosine') },
      );
      expectClose(y.secondMoment, row.expected.second_moment, row.tolerance, 'E y²');
      expectClose(y.cosine, row.expected.cosine, row.tolerance, 'cosine');
      expectClose(y.chi, row.expected.jacobian_mean_square, row.tolerance, 'χ');
    });
  }

  for (const row of starting('concat/')) {
    test(row.id, () => {
      interface GoldenPart {
        width: number;
        second_moment: number;
        cosine: number;
      }
      const parts = (row.inputs.parts as GoldenPart[]).map(
        ({ width, second_moment, cosine }): Part => ({ width, secondMoment: second_moment, cosine }),
      );
      const whole = concatenated(parts);
      expectClose(whole.secondMoment, row.expected.second_moment, row.tolerance, 'second moment');
      expectClose(whole.cosine, row.expected.cosine, row.tolerance, 'cosine');
    });
  }

  for (const row of starting('scale/deepnorm/')) {
    test(row.id, () => {
      const { alpha, beta } = deepNorm(number(row, 'layers'));
      expectClose(alpha, row.expected.encoder_only_or_decoder_only_alpha, row.tolerance, 'α');
      expectClose(beta, row.expected.beta, row.tolerance, 'β');
    });
  }

  test('a branch scale keeps to its budget at any depth, and Fixup of two layers is 1/√L', () => {
    const scale = branchScale(400, 1.7, 0.5);
    expectClose(400 * scale * scale * 1.7, 0.5, { rel: 1e-14 }, 'Σ b² χ_f');
    expectClose(fixupScale(16, 2), 0.25, { rel: 1e-14 }, 'Fixup');
  });

  test('every row of the table is met', () => {
    const met = ['res/block/', 'res/preact2/', 'res/rrn-relu/', 'res/subexp/', 'res/corr-decay/', 'res/postact-relu-', 'norm/'];
    const known = [...met, 'gate/', 'concat/', 'scale/deepnorm/'];
    expect(rows.filter(({ id }) => !known.some((prefix) => id.startsWith(prefix)))).toEqual([]);
  });
});
