import type { Interpreter } from '../interpreter.js';
import { builtin, type Call, type Instance, list, nativeNamespace, none, tuple, type Value } from '../values.js';
import { optionOf } from './argparse.js';
import { callValue } from './calls.js';
import { decoratorOrFactory } from './decorators.js';
import { iterate } from './iteration.js';
import { namespaceObject } from './namespace-object.js';

/** Libraries that read settings from the command line and hand them on: a run without arguments gets the defaults. */
export const commandLineLibraries: Readonly<Record<string, (run: Interpreter) => Record<string, Value>>> = {
  tyro: (run) => ({ cli: builtin('cli', (call) => call.keywords.get('default') ?? callFirst(run, call)) }),
  simple_parsing: (run) => ({ parse: builtin('parse', (call) => callFirst(run, call)) }),
  fire: (run) => ({ Fire: builtin('Fire', (call) => callFirst(run, call)) }),
  typer: (run) => ({
    run: builtin('run', (call) => callFirst(run, call)),
    Option: builtin('Option', firstOr(run)),
    Argument: builtin('Argument', firstOr(run)),
  }),
  click: (run) => ({
    command: decoratorOrFactory('command'),
    option: builtin('option', (call) => withOption(optionOf(run, call))),
  }),
  absl: (run) => ({
    flags: nativeNamespace('absl.flags', abslFlags(run)),
    app: nativeNamespace('absl.app', abslApp(run)),
  }),
  'absl.flags': abslFlags,
  'absl.app': abslApp,
};

/** Calls a function, or makes an instance of a class, with its defaults. */
function callFirst(run: Interpreter, { positional: [callee = none], node }: Call): Value {
  return callee.kind === 'function' || callee.kind === 'class' || callee.kind === 'builtin'
    ? callValue(run, callee, { positional: [], keywords: new Map(), node }, null)
    : none;
}

const firstOr =
  (run: Interpreter) =>
  (call: Call): Value => {
    const value = call.positional[0] ?? call.keywords.get('default');
    return value && value.kind !== 'ellipsis' ? value : onCommandLine(run, call);
  };

const onCommandLine = (run: Interpreter, { node }: Call): Value =>
  run.unknown('This argument is given on the command line.', node);

/** A decorator that gives a function the default of an option of the command line. */
function withOption(option: ReturnType<typeof optionOf>): Value {
  return builtin('option', ({ positional: [function_ = none] }) => {
    if (function_.kind !== 'function') return function_;
    const parameters = function_.parameters.map((parameter) =>
      parameter.name === option?.name ? { ...parameter, default: option.value } : parameter,
    );
    return { ...function_, parameters };
  });
}

const flagsOf = new WeakMap<Interpreter, Instance>();

function abslFlags(run: Interpreter): Record<string, Value> {
  const flags = flagsOf.get(run) ?? (namespaceObject(run, new Map(), run.file.tree.root) as Instance);
  flagsOf.set(run, flags);
  const kinds = ['string', 'integer', 'float', 'bool', 'boolean', 'enum', 'list', 'multi_string', 'multi_integer'];
  const definitions = kinds.map((kind) => {
    const name = `DEFINE_${kind}`;
    const define = builtin(name, ({ positional: [flag, value], keywords, node }) => {
      const given = value ?? keywords.get('default') ?? none;
      if (flag?.kind === 'string')
        flags.attributes.set(flag.value, kind.startsWith('multi') ? list([...iterate(run, given, node)]) : given);
      return none;
    });
    return [name, define] as const;
  });
  return { FLAGS: flags, ...Object.fromEntries(definitions) };
}

function abslApp(run: Interpreter): Record<string, Value> {
  const start = ({ positional: [main = none], node }: Call): Value =>
    callValue(run, main, { positional: [tuple([])], keywords: new Map(), node }, null);
  return { run: builtin('run', start) };
}
