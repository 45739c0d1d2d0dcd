import type { Interpreter } from '../interpreter.js';
import { bool, builtin, type Call, none, string, tuple, type Value } from '../values.js';
import { callValue } from './calls.js';
import { namespaceObject } from './namespace-object.js';

/** `argparse.ArgumentParser`: `parse_args()` gives the defaults, which is what a run without arguments gets. */
export function argumentParser(run: Interpreter): Value {
  return builtin('ArgumentParser', ({ node }) => parserOf(run, new Map(), node));
}

function parserOf(run: Interpreter, found: Map<string, Value>, node: Call['node']): Value {
  const group = builtin('add_argument_group', () => parserOf(run, found, node));
  const parsed = (call: Call): Value => namespaceObject(run, new Map(found), call.node);
  const methods = new Map<string, Value>([
    ['add_argument', builtin('add_argument', (call) => addArgument(run, found, call))],
    ['add_argument_group', group],
    ['add_mutually_exclusive_group', group],
    [
      'set_defaults',
      builtin('set_defaults', ({ keywords }) => {
        for (const [name, value] of keywords) found.set(name, value);
        return none;
      }),
    ],
    ['parse_args', builtin('parse_args', parsed)],
    ['parse_known_args', builtin('parse_known_args', (call) => tuple([parsed(call), { kind: 'list', items: [] }]))],
  ]);
  return namespaceObject(run, methods, node);
}

function addArgument(run: Interpreter, found: Map<string, Value>, call: Call): Value {
  const option = optionOf(run, call);
  if (option) found.set(option.name, option.value);
  return none;
}

/** An option of the command line, as `--learning-rate` with `default=1e-3` describes it, and what a run without it gets. */
export function optionOf(run: Interpreter, { positional, keywords, node }: Call): { name: string; value: Value } | null {
  const names = positional.flatMap((value) => (value.kind === 'string' ? [value.value] : []));
  const flag = names.find((name) => name.startsWith('--')) ?? names[0];
  const destination = keywords.get('dest');
  const name = destination?.kind === 'string' ? destination.value : flag?.replace(/^-+/, '').replaceAll('-', '_');
  return name ? { name, value: defaultOf(run, name, !flag?.startsWith('-'), keywords, node) } : null;
}

function defaultOf(
  run: Interpreter,
  name: string,
  required: boolean,
  keywords: ReadonlyMap<string, Value>,
  node: Call['node'],
): Value {
  const given = keywords.get('default');
  const action = keywords.get('action');
  const type = keywords.get('type');
  // Only texts go through `type`, as on the command line.
  if (given?.kind === 'string' && type)
    return callValue(run, type, { positional: [string(given.value)], keywords: new Map(), node }, null);
  if (given) return given;
  if (action?.kind === 'string' && action.value.startsWith('store_')) return bool(action.value === 'store_false');
  return required || keywords.has('required') ? run.unknown(`The argument '${name}' is given on the command line.`, node) : none;
}
