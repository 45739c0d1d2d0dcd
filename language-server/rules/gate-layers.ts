import type { LayerReport, ModelReport } from '../protocol.js';

/**
 * The layers whose output reaches the network's by other ways than a gate, a factor that a sigmoid or softmax keeps between 0 and 1: those of
 * squeeze-excitation change no signal's size by their initialization.
 */
export function layersBesideGates({ layers, graph }: ModelReport): LayerReport[] {
  const inputs = new Map<number, number[]>();
  const readers = new Set<number>();
  for (const [from, to] of graph.edges) {
    const before = inputs.get(to);
    if (before) before.push(from);
    else inputs.set(to, [from]);
    readers.add(from);
  }
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const isGate = (id: number): boolean => {
    for (let node = nodes.get(id); node; node = nodes.get(inputs.get(node.id)?.[0] ?? -1)) {
      if (node.kind === 'softmax') return true;
      if (node.kind === 'activation') return /sigmoid/i.test(node.operation);
      if (!passing.has(node.kind)) return false;
    }
    return false;
  };
  const reached = new Set(graph.nodes.filter(({ id }) => !readers.has(id)).map(({ id }) => id));
  for (const { id, kind } of graph.nodes.toReversed()) {
    if (!reached.has(id)) continue;
    const all = inputs.get(id) ?? [];
    const signals = kind === 'multiply' ? all.filter((input) => !isGate(input)) : all;
    for (const input of signals.length > 0 ? signals : all) reached.add(input);
  }
  const paths = new Set(graph.nodes.filter(({ id }) => reached.has(id)).map(({ path }) => path));
  return layers.filter(({ path }) => paths.has(path));
}

const passing: ReadonlySet<string> = new Set(['reshape', 'scale', 'shift']);
