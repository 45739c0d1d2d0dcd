import { aLoss } from '../../network/loss.js';
import type { OperationRow } from '../framework.js';
import { plain, type Tables } from './rows.js';

/** Class below `torch.nn` and function below `torch.nn.functional`. */
const losses: readonly (readonly [module: string, name: string | null])[] = [
  ['L1Loss', 'l1_loss'],
  ['MSELoss', 'mse_loss'],
  ['CrossEntropyLoss', 'cross_entropy'],
  ['NLLLoss', 'nll_loss'],
  ['NLLLoss2d', null],
  ['BCELoss', 'binary_cross_entropy'],
  ['BCEWithLogitsLoss', 'binary_cross_entropy_with_logits'],
  ['KLDivLoss', 'kl_div'],
  ['SmoothL1Loss', 'smooth_l1_loss'],
  ['HuberLoss', 'huber_loss'],
  ['CTCLoss', 'ctc_loss'],
  ['PoissonNLLLoss', 'poisson_nll_loss'],
  ['GaussianNLLLoss', 'gaussian_nll_loss'],
  ['HingeEmbeddingLoss', 'hinge_embedding_loss'],
  ['MarginRankingLoss', 'margin_ranking_loss'],
  ['MultiLabelMarginLoss', 'multilabel_margin_loss'],
  ['SoftMarginLoss', 'soft_margin_loss'],
  ['MultiLabelSoftMarginLoss', 'multilabel_soft_margin_loss'],
  ['CosineEmbeddingLoss', 'cosine_embedding_loss'],
  ['MultiMarginLoss', 'multi_margin_loss'],
  ['TripletMarginLoss', 'triplet_margin_loss'],
  ['TripletMarginWithDistanceLoss', 'triplet_margin_with_distance_loss'],
];

const outside: OperationRow = () => ({ operation: aLoss, shape: [] });

export const lossTables: Tables = {
  modules: Object.fromEntries(losses.map(([module]) => [`torch.nn.${module}`, plain('*args, **kwargs', outside)])),
  functions: Object.fromEntries(
    losses.flatMap(([, name]) =>
      name
        ? [
            [
              `torch.nn.functional.${name}`,
              { signature: 'input, *rest, **options', tensors: ['input', 'rest'], operation: outside },
            ],
          ]
        : [],
    ),
  ),
};
