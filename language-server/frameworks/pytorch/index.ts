import type { Framework } from '../framework.js';
import { activationTables } from './activation.js';
import { calculationTables } from './calculations.js';
import { combiningTables } from './combining.js';
import { convolutionTables } from './convolution.js';
import { dropoutTables } from './dropout.js';
import { einopsTables } from './einops.js';
import { embeddingTables } from './embedding.js';
import { fansOf } from './fans.js';
import { creators, initializers, values } from './initializers.js';
import { library, libraryNames } from './library.js';
import { linearTables } from './linear.js';
import { lossTables } from './losses.js';
import { abstract, aliases, open, otherNames, transparent } from './names.js';
import { normalizationTables } from './normalization.js';
import { numberTensors, withConstants } from './number-tensors.js';
import { poolingTables } from './pooling.js';
import { quantizationTables } from './quantization.js';
import { recurrentTables } from './recurrent.js';
import { reshapingTables } from './reshaping.js';
import { join } from './rows.js';

const tables = [
  linearTables,
  convolutionTables,
  embeddingTables,
  recurrentTables,
  activationTables,
  normalizationTables,
  dropoutTables,
  poolingTables,
  reshapingTables,
  combiningTables,
  calculationTables,
  lossTables,
  quantizationTables,
  einopsTables,
];

/** PyTorch, checked against versions 1.13 and 2.x. */
export const pytorch: Framework = {
  name: 'pytorch',
  label: 'PyTorch',
  packages: ['torch', 'torchvision', 'einops', 'lightning', 'pytorch_lightning', 'transformers'],
  moduleClass: 'torch.nn.Module',
  parameterClass: 'torch.nn.Parameter',
  modules: join(tables.map((table) => table.modules)),
  functions: withConstants(join(tables.map((table) => table.functions)), 'torch.'),
  methods: withConstants(join(tables.map((table) => table.methods)), ''),
  initializers,
  values: { ...values, ...numberTensors },
  creators,
  open,
  library,
  libraryNames,
  abstract,
  aliases,
  transparent,
  otherNames,
  fans: fansOf,
};
