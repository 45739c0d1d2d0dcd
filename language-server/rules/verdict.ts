import { describeLaw, largestStack } from '../block-text.js';
import { showDepth } from '../format-number.js';
import { hasNormalization } from '../has-normalization.js';
import { type Finding, type ModelReport, type Severity, unknownTokens } from '../protocol.js';
import { span } from './describe-change.js';
import { fold } from './fold.js';
import {
  branchedNats,
  branches,
  type GradientFlow,
  gradientFlow,
  isRemainder,
  isTypical,
  largestSwing,
  stopsSomewhere,
  tellingChi,
} from './gradient-flow.js';
import { hasRecurrence } from './has-recurrence.js';
import { describeRepair, repair } from './repair.js';

/**
 * One sentence that a user without the theory can act on.
 *
 * @param findings of all rules at the severity of their effect, whatever the user has silenced: silencing changes no fact
 */
export function verdict(model: ModelReport, findings: readonly Finding[]): string {
  const flow = gradientFlow(model);
  const broken = findings.find(({ rule, severity }) => severity === 'error' && rule === 'undefined-parameter');
  if (broken) return `Cannot be trained as initialized: ${broken.message}`;
  const alarm = findings.find(({ rule, severity }) => alarming.has(severity) && ofSignal.has(rule));
  if (alarm && flow) return alarmVerdict(model, flow, alarm);
  const isRest = isRemainder(model);
  if (flow && !isRest) return soundVerdict(model, flow);
  const nats = branchedNats(model);
  if (nats !== null && !isRest) return alarm ? alarm.message : branchedVerdict(model, nats);
  return `Cannot be judged as a whole: ${reason(model)}.${signal(model)}`;
}

/** Rules about the sizes of signals and gradients, of which a verdict speaks in numbers. */
const ofSignal = new Set([
  'vanishing-gradient',
  'exploding-gradient',
  'deeper-than-trainable',
  'initializer-does-not-fit-activation',
]);

const alarming = new Set<Severity>(['error', 'warning', 'information']);

function alarmVerdict(model: ModelReport, flow: GradientFlow, { rule }: Finding): string {
  const { depth, xiC } = model.summary;
  if (rule === 'deeper-than-trainable')
    return `Hard to train: differences between inputs fade with ξ_c = ${showDepth(xiC)} layers, and the network has ${depth}.`;
  if (rule === 'initializer-does-not-fit-activation') {
    const misfit = repair(model, 0);
    return `Uneven: squared gradients change ${fold(largestSwing(flow) / Math.LN10)} within the network, though only ${fold(flow.nats / Math.LN10)} over all of it.${misfit ? ` ${describeRepair(misfit)}` : ''}`;
  }
  const direction = flow.nats < 0 ? -1 : 1;
  const remedy = repair(model, direction) ?? repair(model, 0);
  const what = direction < 0 ? 'Gradients vanish: squared, they shrink' : 'Gradients explode: squared, they grow';
  return `${what} ${fold(flow.nats / Math.LN10)} ${span(model)} at ${tellingChi(model, flow)} (critical is 1).${remedy ? ` ${describeRepair(remedy)}` : ''}`;
}

const canBeTrained = (model: ModelReport): string =>
  stopsSomewhere(model) || model.summary.unknown.some(runsOnce)
    ? 'What could be followed of it can be trained as initialized'
    : 'Can be trained as initialized';

/** Of loops whose rounds, and so the depth of the network, are not known. */
const runsOnce = ({ reason }: { readonly reason: string }): boolean => reason.endsWith('shown as if it ran once.');

function soundVerdict(model: ModelReport, flow: GradientFlow): string {
  const { nats } = flow;
  const { depth, phase, unknown } = model.summary;
  const layers = depth === 1 ? '1 layer' : `${depth} layers`;
  const gap = unknown.length > 0 ? ` ${unknown.length} part${unknown.length > 1 ? 's' : ''} of it could not be followed.` : '';
  const direction = nats < 0 ? 'shrink' : 'grow';
  if (keepsItsSize(model)) return normalizedVerdict(model, nats, gap);
  const seeds = seedNote(model);
  if (Math.abs(nats) < 0.5) {
    const kept =
      isTypical(model, flow) || model.summary.chi1 === null
        ? `critical (${tellingChi(model, flow)})`
        : 'squared gradients keep their size';
    return `${canBeTrained(model)}: ${kept} over ${layers}.${seeds}${gap}`;
  }
  const change = `squared gradients ${direction} ${fold(nats / Math.LN10)} over ${layers} (${tellingChi(model, flow)}${phase ? `, ${phase}` : ''})`;
  if (hasRecurrence(model)) return `${withRecurrence(model, nats)}: ${change}.${seeds}${gap}`;
  return Math.abs(nats) < 3 || depth <= 3
    ? `${canBeTrained(model)}: ${change}.${seeds}${gap}`
    : `Trains, but not at its best: ${change}.${seeds}${gap}`;
}

/** Four to six stacked LSTM layers, at four nats each with PyTorch's default, are where the deepest ones still trained. */
function withRecurrence(model: ModelReport, nats: number): string {
  if (Math.abs(nats) < 9) return canBeTrained(model);
  return Math.abs(nats) < 22 ? 'Trains, but not at its best' : 'Hard to train';
}

/** Where the network is so narrow for its depth that the mean over seeds tells little of one of them. */
function seedNote({ summary: { uncertainty } }: ModelReport): string {
  if (uncertainty?.trust !== 'seed-dependent') return '';
  return ` Layers are narrow for this depth: from seed to seed squared gradients differ ${fold(uncertainty.log10Gradient)} or more.`;
}

function branchedVerdict(model: ModelReport, nats: number): string {
  const { unknown, depth } = model.summary;
  const size = Math.abs(nats);
  const gap = unknown.length > 0 ? ` ${unknown.length} part${unknown.length > 1 ? 's' : ''} of it could not be followed.` : '';
  if (keepsItsSize(model)) return normalizedVerdict(model, nats, gap);
  const change = describeGradients(model, nats);
  if (hasRecurrence(model)) return `${withRecurrence(model, nats)}: ${change}.${gap}`;
  if (size < 3 || depth <= 3) return `${canBeTrained(model)}: ${change}.${gap}`;
  return size < 9 ? `Trains, but not at its best: ${change}.${gap}` : `Hard to train: ${change}.${gap}`;
}

/** `squared gradients grow 6-fold from output to input of 18 layers; by a power of depth in its 5 blocks layer3.1 … layer3.5`. */
function describeGradients(model: ModelReport, nats: number): string {
  const how = Math.abs(nats) < 0.2 ? 'keep their size' : `${nats < 0 ? 'shrink' : 'grow'} ${fold(nats / Math.LN10)}`;
  const most = largestStack(model.summary.blocks);
  const law = most?.law ? `; ${describeLaw({ ...most, law: most.law })}` : '';
  return `squared gradients ${how} ${span(model)}${law}`;
}

/** With normalization that does what it is for: an eps as large as the variance, as in `BatchNorm2d(n, 0.8)`, leaves small signals small. */
function keepsItsSize(model: ModelReport): boolean {
  if (!hasNormalization(model)) return false;
  return !model.propagation.some(
    ({ operation, q }) => /^(batch|group|instance|layer)_?norm/i.test(operation) && typeof q === 'number' && q > 0 && q < 0.1,
  );
}

/**
 * Normalization alone makes no network trainable: without skip connections squared gradients grow by a factor in each layer, and where a
 * stream is normalized after each addition (post-LN) they shrink. With skip connections around normalized branches they grow by a power of
 * depth, and 150 layers train. Yang et al. 2019, arXiv:1902.08129, corollary 3.6; Xiong et al. 2020, arXiv:2002.04745.
 */
function normalizedVerdict(model: ModelReport, nats: number, gap: string): string {
  const { mode, blocks } = model.summary;
  const change = describeGradients(model, nats);
  if (mode === 'eval') return `After model.eval(), before any training: ${change}.${gap}`;
  const law = largestStack(blocks)?.law ?? null;
  const most = law === 'power' || law === 'bounded' ? 18 : 9;
  return nats > -0.5 && nats < most
    ? `${canBeTrained(model)}: normalization keeps the size of the signal, and ${change}.${gap}`
    : `Normalization keeps the size of the signal; ${change}.${gap}`;
}

/** The first thing that keeps the gradient from being followed through the whole network. */
function reason({ summary, layers, graph, propagation }: ModelReport): string {
  const unknown = summary.unknown[0] && withoutPeriod(summary.unknown[0].reason);
  if (layers.length === 0) return 'it has no layers with weights';
  if (graph.edges.length === 0) return unknown ?? 'its forward pass is not known';
  if (unknown && graph.nodes.some(({ kind }) => kind === 'opaque')) return unknown;
  if (summary.assumptions.includes(unknownTokens))
    return 'how many tokens attend to each other is not known; a comment # meanfield: input(…) with the shape of its input tells it';
  const stop = summary.assumptions.find((sentence) => sentence.startsWith('Signals stop'));
  if (!stop && propagation.some(({ gradient }) => gradient === 0))
    return 'a layer that starts at 0 keeps all gradients from what lies before it until its first step';
  const recurrent = graph.nodes.find(({ kind }) => kind === 'recurrent');
  if (recurrent && !stop?.startsWith(`Signals stop at ${recurrent.path}: `))
    return `what ${recurrent.path || 'a recurrent layer'} does from step to step is not followed`;
  if (summary.depth <= 1 && summary.unknown.some(runsOnce)) return 'how many layers its loops make is not known';
  if (layers.filter(({ weight }) => weight).length === 1)
    return 'a single layer has no depth over which gradients could shrink or grow';
  if (stop) return `s${withoutPeriod(stop).slice(1)}`;
  if (branches(graph)) return 'its graph branches in ways in which gradients cannot be followed';
  return unknown ?? 'what its layers do to gradients is not known';
}

function signal({ summary: { log10SignalRatio } }: ModelReport): string {
  if (log10SignalRatio === null) return '';
  if (Math.abs(log10SignalRatio) < 0.05) return ' The signal keeps its mean square from input to output.';
  return ` The mean square of the signal ${log10SignalRatio < 0 ? 'shrinks' : 'grows'} ${fold(log10SignalRatio)} from input to output.`;
}

function withoutPeriod(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
