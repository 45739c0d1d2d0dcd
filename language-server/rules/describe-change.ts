import type { ModelReport } from '../protocol.js';
import { fold } from './fold.js';
import { shorten } from './shorten.js';

/**
 * `Gradients vanish in vgg16: squared, they shrink 10⁴-fold from output to input of 16 layers`, without an end.
 *
 * @param besides what stands between the name of the model and the colon
 */
export function describeChange({ name, entry, summary }: ModelReport, nats: number, besides = ''): string {
  const where = entry === name ? '' : ` in ${shorten(entry, 24)}`;
  const [what, verb] = nats < 0 ? ['Gradients vanish', 'shrink'] : ['Gradients explode', 'grow'];
  return `${what}${where}${besides}: squared, they ${verb} ${fold(nats / Math.LN10)} from output to input of ${summary.depth} layers`;
}
