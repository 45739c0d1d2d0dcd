import type { Fix, UnregisteredReport } from '../protocol.js';
import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** Layers in a plain Python list, tuple or dictionary: `parameters()` does not see them, so no optimizer trains them. */
export const unregisteredLayers: Rule = {
  id: 'unregistered-layers',
  title: 'Layers in a plain list or dictionary are not registered, so that no optimizer trains them.',
  check({ reach, initializerSite }) {
    const places = reach?.unregistered ?? [];
    const [first] = places;
    if (!first) return null;
    const kinds = [...new Set(first.kinds)];
    const count = first.kinds.length;
    const layers = kinds.length === 1 ? `${count} ${kinds[0]}` : `${count} layers (${listed(kinds)})`;
    return {
      severity: 'warning',
      message: `${first.path} keeps ${layers} in a plain ${first.container}: parameters() does not list them, so no optimizer trains them and .to() does not move them. Use ${first.container === 'dict' ? 'nn.ModuleDict' : 'nn.ModuleList'}.`,
      range: first.range,
      related: places.slice(1, 9).map(({ path, range }) => ({ message: `${path} keeps layers in the same way.`, range })),
      fix: registered(places, initializerSite?.namespace ?? null),
    };
  },
};

function registered(places: readonly UnregisteredReport[], namespace: string | null): Fix | null {
  const wrapped = places.map(({ container, value }) => {
    if (!namespace || !value || value.keys.some((key) => taken.has(key))) return null;
    return { value: value.range, type: `${namespace}.${container === 'dict' ? 'ModuleDict' : 'ModuleList'}` };
  });
  const [first] = wrapped;
  if (!first || wrapped.includes(null)) return null;
  return {
    title: `Use ${first.type}`,
    edits: wrapped.flatMap((one) => [
      { range: { ...one!.value, end: one!.value.start }, newText: `${one!.type}(` },
      { range: { ...one!.value, start: one!.value.end }, newText: ')' },
    ]),
  };
}

/** What `nn.ModuleDict` does not take for a key, because its members have that name. */
const taken = new Set(
  'add_module apply bfloat16 buffers children clear compile cpu cuda double dump_patches eval extra_repr float forward half ipu items keys modules named_buffers named_children named_modules named_parameters parameters pop register_buffer register_module register_parameter requires_grad_ share_memory state_dict to to_empty train training type update values xpu zero_grad'.split(
    ' ',
  ),
);
