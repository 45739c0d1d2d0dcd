import { namedModules } from './modules.js';
import type { ParameterValue, Value } from './values.js';

/** Marks every parameter inside values: something that cannot be followed received them, and may have written them. */
export function touch(values: readonly Value[], depth = 4): void {
  if (depth === 0) return;
  for (const value of values)
    switch (value.kind) {
      case 'parameter':
        touchParameter(value);
        break;
      case 'instance':
        for (const { module } of value.module ? namedModules(value) : [])
          touch([...module.module!.parameters.values()], depth - 1);
        break;
      case 'bound':
        touch([value.self], depth - 1);
        break;
      case 'list':
      case 'tuple':
        touch(value.items, depth - 1);
        break;
      case 'dict':
        touch(
          [...value.entries.values()].map((entry) => entry.value),
          depth - 1,
        );
    }
}

/** Also the whole that it is a part of. */
export function touchParameter({ parameter, partOf, blockOf }: ParameterValue): void {
  if (blockOf) touchParameter(blockOf.whole);
  for (const one of [parameter, ...(partOf ? [partOf.whole] : [])]) {
    one.touched = true;
    delete one.parts;
  }
}
