import type { Activation } from '../meanfield/activation.js';
import { activation } from '../meanfield/activations.js';
import { interpolated } from '../meanfield/interpolated-activation.js';
import type { Activation as Named, Network } from '../network/graph.js';

/** From so many nodes on, the quadratures of a few panels cost less than one for each node. */
const many = 256;

/** The activation functions of one network. What is interpolated depends on the network alone, so that its report does not on what was asked before. */
export class Activations {
  readonly #often = new Set<Activation>();

  constructor({ nodes }: Network) {
    const counts = new Map<Activation, number>();
    for (const node of nodes) {
      const phi = node.kind === 'activation' ? exactly(node) : null;
      if (phi) counts.set(phi, (counts.get(phi) ?? 0) + 1);
    }
    for (const [phi, count] of counts) if (count >= many) this.#often.add(phi);
  }

  /** `null` for one that the theory does not know. */
  of(named: Named): Activation | null {
    const phi = exactly(named);
    return phi && this.#often.has(phi) ? interpolated(phi) : phi;
  }
}

/** With a quadrature for each integral. */
export const exactly = ({ activation: name, parameters }: Named): Activation | null => activation(name, parameters);
