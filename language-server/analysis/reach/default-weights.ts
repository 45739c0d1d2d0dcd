import type { Layer, Network, Parameter } from '../../network/graph.js';

/** Layers whose weight is a matrix or a kernel that the optimizer trains. */
export function layersToInitialize({ layers, tensors = [] }: Network): (Layer & { readonly weight: Parameter })[] {
  const trained = new Set(tensors.map(({ parameter }) => parameter));
  return layers.filter(
    (layer): layer is Layer & { readonly weight: Parameter } =>
      layer.weight !== null && trained.has(layer.weight) && layer.role !== 'normalization' && layer.role !== 'slope',
  );
}

/** Whether nobody but the framework wrote a tensor, as far as can be known. */
export function isDefault({ writes, touched }: Parameter): boolean {
  return !touched && writes.length > 0 && writes.every(({ source }) => source.kind === 'default');
}
