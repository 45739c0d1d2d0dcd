import type { Location } from '../network/distribution.js';
import type { LoadedWeights } from '../network/graph.js';
import { namedParameters } from './modules.js';
import type { Instance } from './values.js';

/** Remembers that saved weights were read into a module: what writes its tensors later throws them away. */
export function markLoaded(module: Instance, text: string, location: Location): void {
  const parameters = namedParameters(module).map(({ value }) => value.parameter);
  const tensors = new Map(parameters.map((parameter) => [parameter, parameter.writes.length]));
  const loaded: LoadedWeights = { text, location, tensors };
  for (const parameter of parameters) parameter.loaded = loaded;
}
