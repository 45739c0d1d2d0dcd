import { circleThrough } from '../propagation/circle.js';
import type { JacobianSource } from '../propagation/isometry.js';
import type { Charts, ModelReport } from '../protocol.js';
import { jacobianChart } from './jacobian-chart.js';
import { jacobians } from './jacobians.js';
import { phasePlane } from './phase-plane.js';

/**
 * What the panel draws beside a report: one phase plane for each activation that layers of the model feed, the spectrum of its Jacobian, and
 * a circle of inputs on its way through. Yields often, so that other requests can be answered between.
 */
export function* charts(model: ModelReport): Generator<void, Charts> {
  const groups = new Map<string, number[]>();
  model.layers.forEach(({ activation, activationParameters, keep, weight, factor }, index) => {
    // A constant before the activation would move the layer's point away from where the plane has it.
    if (!activation || weight?.sigmaW2 == null || factor !== undefined) return;
    const key = JSON.stringify([activation, activationParameters, keep]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  const phasePlanes: Charts['phasePlanes'] = [];
  for (const layers of groups.values()) {
    yield;
    const plane = phasePlane(layers.map((index) => model.layers[index]!));
    if (plane) phasePlanes.push({ ...plane, layers });
  }
  yield;
  const source = jacobians.get(model);
  if (!source) return { phasePlanes, spectrum: notFollowed, circle: notFollowed };
  return { phasePlanes, circle: circleChart(source.circle), spectrum: yield* jacobianChart(model.summary, source.spectrum) };
}

const notFollowed = { missing: 'the network could not be followed' };

function circleChart(source: JacobianSource['circle']): Charts['circle'] {
  if (source.kind === 'none') return { missing: source.reason };
  const points = circleThrough(source);
  return points
    ? { points }
    : { missing: 'dropout draws new masks for every input, which leaves no curve; choose evaluation mode' };
}
