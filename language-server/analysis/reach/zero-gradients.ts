import { activation as activationNamed } from '../../meanfield/activations.js';
import type { Network, Node, Parameter } from '../../network/graph.js';
import type { ZeroGradientReport } from '../../protocol.js';
import { mayCallElsewhere } from './uncalled.js';

/**
 * Tensors whose gradient is zero at every step of training, because factors that are zero stand in each other's way: in y = B φ(A x) with
 * A = B = 0 and φ(0) = 0 the gradient of B is a product with φ(A x) = 0, and that of A a product with Bᵀ = 0.
 *
 * What is zero is followed forwards, what passes gradients backwards. A tensor that gets a gradient may leave zero at the next step, so it
 * counts as not zero from then on, until nothing changes. What cannot be followed counts as not zero and passes gradients. Tensors
 * without a gradient for another reason (nothing uses them) are left out.
 */
export function zeroGradients(network: Network, file: string): ZeroGradientReport[] {
  const { nodes, outputs, tensors = [] } = network;
  const trained = new Map(tensors.map(({ path, parameter }) => [parameter, path]));
  let zeros: ReadonlySet<Parameter> = new Set(
    tensors.flatMap(({ path, parameter }) => (startsAtZero(parameter) && !mayCallElsewhere(network, path) ? [parameter] : [])),
  );
  if (zeros.size === 0) return [];
  const ends = endsOf(nodes, outputs);
  let moved = withGradient(nodes, ends, zeros);
  while ([...zeros].some((parameter) => moved.has(parameter))) {
    zeros = new Set([...zeros].filter((parameter) => !moved.has(parameter)));
    moved = withGradient(nodes, ends, zeros);
  }
  const used = withGradient(nodes, ends, new Set());
  const dead = [...trained.keys()].filter((parameter) => used.has(parameter) && !moved.has(parameter));
  const factors = factorsOf(nodes);
  const causes = dead
    .filter((parameter) => zeros.has(parameter) && factors.has(parameter))
    .flatMap((parameter) => {
      const location = parameter.writes.at(-1)?.source.location;
      return location?.file === file ? [{ path: trained.get(parameter)!, range: location.range }] : [];
    });
  return causes.length > 0 ? [{ paths: dead.map((parameter) => trained.get(parameter)!), causes }] : [];
}

function startsAtZero({ writes, touched }: Parameter): boolean {
  const last = writes.at(-1);
  return !touched && last !== undefined && last.mean === 0 && last.variance === 0 && !last.source.undecided;
}

/** Tensors that multiply; the others are added, and are zero by habit. */
function factorsOf(nodes: readonly Node[]): ReadonlySet<Parameter | null> {
  return new Set(
    nodes.map((node) => {
      if (node.kind === 'affine') return node.layer.weight;
      if (node.kind === 'normalization') return node.weight;
      if (node.kind === 'scale') return node.parameter;
      return node.kind === 'parameter' && (node.parameter.shape?.length ?? 0) >= 2 ? node.parameter : null;
    }),
  );
}

/** Outputs, and nodes that nothing else uses: what becomes of these is not known. */
function endsOf(nodes: readonly Node[], outputs: readonly number[]): ReadonlySet<number> {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return new Set([...outputs, ...nodes.map(({ id }) => id).filter((id) => !used.has(id))]);
}

/** Parameters whose gradient may differ from zero while those in `zeros` are zero. */
function withGradient(nodes: readonly Node[], ends: ReadonlySet<number>, zeros: ReadonlySet<Parameter>): Set<Parameter> {
  const isZero = new Set<number>();
  for (const node of nodes) if (givesZero(node, isZero, zeros)) isZero.add(node.id);
  const live = new Set(ends);
  const found = new Set<Parameter>();
  const add = (parameter: Parameter | null) => parameter && found.add(parameter);
  for (const node of [...nodes].reverse()) {
    if (!live.has(node.id)) continue;
    node.inputs.forEach((input, i) => {
      if (passesGradient(node, i, isZero, zeros)) live.add(input);
    });
    const fed = !node.inputs.every((input) => isZero.has(input)) || node.inputs.length === 0;
    switch (node.kind) {
      case 'affine':
        if (fed) add(node.layer.weight);
        add(node.layer.bias);
        break;
      case 'normalization':
        if (fed) add(node.weight);
        add(node.bias);
        break;
      case 'scale':
        if (fed) add(node.parameter);
        break;
      case 'shift':
      case 'parameter':
        add(node.parameter);
        break;
      case 'recurrent':
        for (const parameter of [node.layer.weight, node.layer.bias, ...node.layer.others]) add(parameter);
    }
  }
  return found;
}

/** Whether the output of a node is zero for every input. */
function givesZero(node: Node, isZero: ReadonlySet<number>, zeros: ReadonlySet<Parameter>): boolean {
  const vanishes = (parameter: Parameter | null) => parameter === null || zeros.has(parameter);
  const all = node.inputs.length > 0 && node.inputs.every((input) => isZero.has(input));
  const any = node.inputs.some((input) => isZero.has(input));
  switch (node.kind) {
    case 'parameter':
      return zeros.has(node.parameter);
    case 'affine': {
      const { weight, bias } = node.layer;
      return weight !== null && (zeros.has(weight) || (all && node.variant !== 'embedding')) && vanishes(bias);
    }
    case 'normalization':
      return (all || (node.weight !== null && zeros.has(node.weight))) && vanishes(node.bias);
    case 'activation':
      return all && activationNamed(node.activation, node.parameters)?.phi(0) === 0;
    case 'scale':
      return all || node.factor === 0 || (node.parameter !== null && zeros.has(node.parameter));
    case 'shift':
      return all && (node.offset === 0 || (node.parameter !== null && zeros.has(node.parameter)));
    case 'multiply':
    case 'matmul':
      return any;
    case 'add':
    case 'concatenate':
    case 'dropout':
    case 'interpolation':
    case 'pooling':
    case 'reshape':
    case 'mask':
      return all;
    default:
      return false;
  }
}

/** Whether a gradient at the output of a node can reach its input. */
function passesGradient(node: Node, input: number, isZero: ReadonlySet<number>, zeros: ReadonlySet<Parameter>): boolean {
  switch (node.kind) {
    case 'affine':
      return node.layer.weight === null || !zeros.has(node.layer.weight);
    case 'normalization':
      return node.weight === null || !zeros.has(node.weight);
    case 'scale':
      return node.factor !== 0 && (node.parameter === null || !zeros.has(node.parameter));
    case 'multiply':
    case 'matmul':
      return node.inputs.every((other, i) => i === input || !isZero.has(other));
    default:
      return true;
  }
}
