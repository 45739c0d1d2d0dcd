import type { ModelReport } from '../protocol.js';
import { fold } from './fold.js';
import { shorten } from './shorten.js';
import { smallHead } from './small-head.js';

/**
 * `Gradients vanish in vgg16: squared, they shrink 10⁴-fold from output to input of 16 layers`, without an end.
 *
 * @param besides what stands between the name of the model and the colon
 */
export function describeChange(model: ModelReport, nats: number, besides = ''): string {
  const { name, entry } = model;
  const where = entry === name ? '' : ` in ${shorten(entry, 24)}`;
  const [what, verb] = nats < 0 ? ['Gradients vanish', 'shrink'] : ['Gradients explode', 'grow'];
  return `${what}${where}${besides}: squared, they ${verb} ${fold(nats / Math.LN10)} ${span(model)}`;
}

/** What a change of gradients is over: all layers, or those below a head that was made small on purpose. */
export function span(model: ModelReport): string {
  const { depth } = model.summary;
  const head = smallHead(model);
  if (!head) return `from output to input of ${layersOf(depth)}`;
  return `from ${shorten(head.path, 24)} to the input over ${layersOf(depth - 1)}`;
}

const layersOf = (count: number): string => (count === 1 ? '1 layer' : `${count} layers`);
