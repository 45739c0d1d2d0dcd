import { identity, plain, type Tables } from './rows.js';

/**
 * Quantization before it happens: a float model with places where values will be rounded. Checked against torch.ao.quantization and
 * torch.ao.nn.quantized of PyTorch 2.13, and torch.nn.quantized of 1.13.
 */
export const quantizationTables: Tables = {
  modules: {
    'torch.ao.quantization.QuantStub': plain('qconfig=None', identity),
    'torch.ao.quantization.DeQuantStub': plain('qconfig=None', identity),
  },
};

/** Modules that hold an operation's statistics: until a model is converted, their methods are those of `torch`. */
export const quantizationLibrary = `
class FloatFunctional(Module):
    def add(self, x, y):
        return torch.add(x, y)

    def add_scalar(self, x, y):
        return torch.add(x, y)

    def mul(self, x, y):
        return torch.mul(x, y)

    def mul_scalar(self, x, y):
        return torch.mul(x, y)

    def matmul(self, x, y):
        return torch.matmul(x, y)

    def cat(self, x, dim=0):
        return torch.cat(x, dim=dim)

    def add_relu(self, x, y):
        return F.relu(torch.add(x, y))


class QuantWrapper(Module):
    def __init__(self, module):
        super().__init__()
        self.quant = torch.ao.quantization.QuantStub()
        self.dequant = torch.ao.quantization.DeQuantStub()
        self.module = module

    def forward(self, X):
        return self.dequant(self.module(self.quant(X)))
`;

export const quantizationNames: readonly (readonly [local: string, name: string])[] = [
  ['FloatFunctional', 'torch.ao.nn.quantized.FloatFunctional'],
  ['QuantWrapper', 'torch.ao.quantization.QuantWrapper'],
];

/** Where these names moved from. */
export const quantizationAliases: Readonly<Record<string, string>> = {
  'torch.quantization.stubs.': 'torch.ao.quantization.',
  'torch.ao.quantization.stubs.': 'torch.ao.quantization.',
  'torch.quantization.': 'torch.ao.quantization.',
  ...Object.fromEntries(
    ['torch.ao.nn.quantized', 'torch.nn.quantized'].flatMap((place) =>
      ['FloatFunctional', 'FXFloatFunctional', 'modules.FloatFunctional', 'modules.functional_modules.FloatFunctional']
        .map((name) => [`${place}.${name}`, 'torch.ao.nn.quantized.FloatFunctional'] as const)
        .filter(([from, to]) => from !== to),
    ),
  ),
};

/** Functions that give back a model with the same layers, or with layers that calculate the same. */
export const quantizationSteps: readonly string[] = [
  'fuse_modules',
  'fuse_modules_qat',
  'prepare',
  'prepare_qat',
  'convert',
  'quantize_dynamic',
  'propagate_qconfig_',
].map((name) => `torch.ao.quantization.${name}`);
