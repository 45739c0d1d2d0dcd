import { deeperThanTrainable } from './deeper-than-trainable.js';
import { dropoutBreaksSelfNormalization } from './dropout-breaks-self-normalization.js';
import { explodingGradient } from './exploding-gradient.js';
import { fanOutOfAllGroups } from './fan-out-of-all-groups.js';
import { fanOutOfPackedProjection } from './fan-out-of-packed-projection.js';
import { gainBreaksSelfNormalization } from './gain-breaks-self-normalization.js';
import { gradientStaysZero } from './gradient-stays-zero.js';
import { identicalCopies } from './identical-copies.js';
import { initializerDoesNotFitActivation } from './initializer-does-not-fit-activation.js';
import { largeInitialLogits } from './large-initial-logits.js';
import { nameTestNeverTrue } from './name-test-never-true.js';
import { nonzeroMeanWeights } from './nonzero-mean-weights.js';
import { overwrittenInitializer } from './overwritten-initializer.js';
import type { Rule } from './rule.js';
import { uncalledInitializer } from './uncalled-initializer.js';
import { undefinedParameter } from './undefined-parameter.js';
import { unreachedLayers } from './unreached-layers.js';
import { unregisteredLayers } from './unregistered-layers.js';
import { vanishingGradient } from './vanishing-gradient.js';

/** In the order in which they run: a later rule stays silent about a cause that an earlier one has reported. */
export const rules: readonly Rule[] = [
  vanishingGradient,
  explodingGradient,
  deeperThanTrainable,
  fanOutOfAllGroups,
  fanOutOfPackedProjection,
  initializerDoesNotFitActivation,
  dropoutBreaksSelfNormalization,
  gainBreaksSelfNormalization,
  nonzeroMeanWeights,
  largeInitialLogits,
  undefinedParameter,
  unregisteredLayers,
  overwrittenInitializer,
  uncalledInitializer,
  unreachedLayers,
  nameTestNeverTrue,
  gradientStaysZero,
  identicalCopies,
];
