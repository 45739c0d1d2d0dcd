import type { Network } from './graph.js';

/** The network as `forward` runs it in this mode. */
export function inMode(network: Network, training: boolean): Network {
  const { evaluated, ...rest } = network;
  return training || !evaluated ? network : { ...rest, ...evaluated };
}
