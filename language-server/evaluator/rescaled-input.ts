import type { Node } from '../network/graph.js';
import type { Trace } from './trace.js';

/** The graph, with numbers of the program that nothing reads any more. */
interface Rescaled {
  readonly nodes: readonly Node[];
  readonly unread: readonly number[];
}

/**
 * Inputs that forward() brings to a usual size itself, `x / 255`, `(x - self.mean) / self.std`: what they are divided by is their unit,
 * and it is the result that has the second moment of an input.
 */
export function withRescaledInputs(trace: Trace, outputs: readonly number[]): Rescaled {
  const { nodes } = trace;
  const readers = nodes.map((): number[] => []);
  for (const { id, inputs } of nodes) for (const input of inputs) readers[input]!.push(id);
  /** What numbers of the program made of inputs alone. */
  const rescaled = new Set<number>();
  const steps = new Set<number>();
  const isFree = (id: number) => rescaled.has(id) && readers[id]!.length === 1 && !outputs.includes(id);
  for (const node of nodes) {
    const isInput = node.kind === 'input' && !trace.drawn.has(node.location);
    if (!isInput && !isByNumbers(trace, node, isFree)) continue;
    rescaled.add(node.id);
    if (!divides(node)) continue;
    for (const queue = [node.id]; queue.length > 0; ) {
      const id = queue.pop()!;
      if (steps.has(id) || !rescaled.has(id)) continue;
      steps.add(id);
      queue.push(...nodes[id]!.inputs);
    }
    for (const id of furtherSteps(nodes, readers, node.id)) steps.add(id);
  }
  if (steps.size === 0) return { nodes, unread: [] };
  const unread: number[] = [];
  const plain = nodes.map((node): Node => {
    if (!steps.has(node.id) || kept.has(node.kind)) return node;
    const { id, path, name, location, inputs, shape } = node;
    unread.push(...inputs.filter((input) => !steps.has(input)));
    return { id, path, name, location, inputs: inputs.filter((input) => steps.has(input)), shape, kind: 'reshape' };
  });
  return { nodes: plain, unread };
}

const kept: ReadonlySet<Node['kind']> = new Set(['input', 'reshape', 'concatenate']);

/** Whether a node makes something of inputs that nothing else reads with nothing but numbers of the program. */
function isByNumbers(trace: Trace, node: Node, isFree: (id: number) => boolean): boolean {
  const others = node.inputs.filter((input) => !isFree(input));
  switch (node.kind) {
    case 'reshape':
    case 'concatenate':
      return others.length === 0 && node.inputs.length > 0;
    case 'scale':
    case 'shift':
      return others.length === 0 && (node.parameter === null || !trace.origins.has(node.parameter));
    case 'add':
      return node.inputs.length - others.length === 1 && trace.areFixed(others);
    case 'opaque':
      return (
        node.calculation?.what === 'quotient' && node.inputs.length === 2 && isFree(node.inputs[0]!) && trace.areFixed(others)
      );
    default:
      return false;
  }
}

/** Whether it divides by numbers of the program: a table of them, or one as large as the 255 of pixels. */
const divides = (node: Node): boolean =>
  node.kind === 'opaque' || (node.kind === 'scale' && node.factor !== null && Math.abs(node.factor) <= 0.01);

/** The rest of `2 * (x - low) / (high - low) - 1`. */
function furtherSteps(nodes: readonly Node[], readers: readonly (readonly number[])[], divided: number): number[] {
  const steps: number[] = [];
  for (let id = divided; readers[id]!.length === 1; ) {
    const next = nodes[readers[id]![0]!]!;
    const isNear = next.kind === 'scale' ? next.factor === 2 : next.kind === 'shift' && Math.abs(next.offset ?? 2) <= 1;
    if (!isNear) break;
    steps.push(next.id);
    id = next.id;
  }
  return steps;
}
