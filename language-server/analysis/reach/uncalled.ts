import type { Network, UncalledInitializer } from '../../network/graph.js';
import type { UncalledReport } from '../../protocol.js';
import { isDefault } from './default-weights.js';

/**
 * Initializers that nothing calls although all the weights they are about keep the framework's default.
 *
 * A method whose name begins with an underscore is its class's own to call. Another one may be called by whoever makes the model: it is
 * told where the file itself does.
 */
export function uncalled(network: Network): UncalledReport[] {
  const all = (network.tensors ?? []).map(({ parameter }) => parameter);
  return (network.uncalled ?? []).flatMap((initializer) => {
    const { name, location, takesModule } = initializer;
    const owner = initializer.complete ? initializer.owner : null;
    if (!network.builtAt && !(isPrivate(initializer) && initializer.parameters.length > 0)) return [];
    const about = (initializer.parameters.length > 0 ? initializer.parameters : all).filter(
      (parameter) => all.includes(parameter) && (parameter.shape?.length ?? 0) >= 2,
    );
    if (about.length === 0 || !about.every(isDefault)) return [];
    return [
      {
        name,
        range: location.range,
        count: about.length,
        kept: about[0]!.writes.at(-1)!.source.text,
        takesModule,
        owner,
        method: initializer.parameters.length > 0,
      },
    ];
  });
}

/** The initializer that would write a tensor if code outside of this file called it. */
export function mayCallElsewhere({ uncalled: found = [], builtAt }: Network, path: string): UncalledInitializer | null {
  const name = path.split('.').at(-1)!;
  const writes = new RegExp(`\\b${name}\\b|parameters\\(`);
  return (!builtAt && found.find((one) => !isPrivate(one) && writes.test(one.text))) || null;
}

function isPrivate({ name }: UncalledInitializer): boolean {
  return name.startsWith('_');
}
