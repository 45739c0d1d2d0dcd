import type { Parameter } from '../network/graph.js';
import type { Interpreter } from './interpreter.js';
import { dict, type Instance, set, tuple, type Value } from './values.js';

/** `copy.deepcopy(value)`. Copied parameters remember their original, because both start with the same numbers. */
export function deepCopy(run: Interpreter, value: Value): Value {
  const copies = new Map<object, object>();
  const copy = (one: Value): Value => {
    switch (one.kind) {
      case 'list':
        return { ...one, items: one.items.map(copy) };
      case 'tuple':
        return one.fields ? { ...one, items: one.items.map(copy) } : tuple(one.items.map(copy));
      case 'dict':
        return dict(
          [...one.entries.values()].map((entry) => [entry.key, copy(entry.value)] as const),
          one.missing,
        );
      case 'set':
        return set([...one.entries.values()].map(copy));
      case 'parameter':
        return { ...one, parameter: copyParameter(one.parameter) };
      case 'instance':
        return one.class.flavour === 'enum' ? one : copyInstance(one);
      default:
        return one;
    }
  };
  const copyParameter = (parameter: Parameter): Parameter => {
    const known = copies.get(parameter) as Parameter | undefined;
    if (known) return known;
    const made: Parameter = {
      name: parameter.name,
      shape: parameter.shape,
      writes: [...parameter.writes],
      copyOf: parameter.copyOf ?? parameter,
      ...(parameter.touched && { touched: true }),
      ...(parameter.frozen && { frozen: true }),
    };
    copies.set(parameter, made);
    return made;
  };
  const copyInstance = (one: Instance): Instance => {
    const known = copies.get(one) as Instance | undefined;
    if (known) return known;
    run.budget.step();
    run.budget.enter();
    const state = one.module;
    const made: Instance = {
      ...one,
      attributes: new Map(),
      module: state ? { ...state, children: new Map(), parameters: new Map(), path: null, copyOf: one } : null,
    };
    copies.set(one, made);
    for (const [name, attribute] of one.attributes) made.attributes.set(name, copy(attribute));
    if (state && made.module) {
      run.built.push(made);
      for (const [name, parameter] of state.parameters)
        made.module.parameters.set(
          name,
          parameter.kind === 'parameter' ? { ...parameter, parameter: copyParameter(parameter.parameter) } : parameter,
        );
      for (const [name, child] of state.children)
        made.module.children.set(name, child.kind === 'instance' ? copyInstance(child) : child);
      if (state.layer)
        made.module.layer = {
          ...state.layer,
          weight: state.layer.weight && copyParameter(state.layer.weight),
          bias: state.layer.bias && copyParameter(state.layer.bias),
          others: state.layer.others.map(copyParameter),
        };
    }
    run.budget.leave();
    return made;
  };
  return copy(value);
}
