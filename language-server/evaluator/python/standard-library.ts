import { ceil, floor, multiply, numberOf, power } from '../../network/quantity.js';
import { deepCopy } from '../deep-copy.js';
import type { Interpreter } from '../interpreter.js';
import {
  type Builtin,
  builtin,
  type Call,
  dict,
  float,
  int,
  list,
  namedEntries,
  nativeNamespace,
  none,
  string,
  tuple,
  type Value,
} from '../values.js';
import { argumentParser } from './argparse.js';
import { callValue } from './calls.js';
import { dataclassDecorator } from './classes.js';
import { commandLineLibraries } from './command-lines.js';
import { decoratorOrFactory } from './decorators.js';
import { iterate } from './iteration.js';
import { namespaceObject } from './namespace-object.js';
import { numpy } from './numpy.js';
import { binary } from './operators.js';
import { regularExpressions } from './regular-expressions.js';
import { settingsLibraries } from './settings-objects.js';

/** Modules of Python's standard library that models use, progress bars, which pass on what they get, and libraries for settings; `undefined` for all others. */
export function standardLibrary(run: Interpreter, name: string): Value | undefined {
  const make = modules[name];
  return make && nativeNamespace(name, make(run));
}

const modules: Readonly<Record<string, (run: Interpreter) => Record<string, Value>>> = {
  math: () => ({
    pi: float(Math.PI),
    e: float(Math.E),
    inf: float(Number.MAX_VALUE),
    sqrt: onNumber('sqrt', Math.sqrt, float, (q) => power(q, 0.5)),
    exp: onNumber('exp', Math.exp, float),
    log2: onNumber('log2', Math.log2, float),
    log10: onNumber('log10', Math.log10, float),
    log1p: onNumber('log1p', Math.log1p, float),
    isqrt: onNumber('isqrt', (x) => Math.floor(Math.sqrt(x)), int),
    trunc: onNumber('trunc', Math.trunc, int),
    sin: onNumber('sin', Math.sin, float),
    cos: onNumber('cos', Math.cos, float),
    tanh: onNumber('tanh', Math.tanh, float),
    fabs: onNumber('fabs', Math.abs, float),
    floor: onNumber('floor', Math.floor, int, floor),
    ceil: onNumber('ceil', Math.ceil, int, ceil),
    log: builtin('log', ({ positional: [value, base] }) => {
      const x = numeric(value);
      const b = base ? numeric(base) : Math.E;
      return x === null || b === null ? notKnown('log') : float(Math.log(x) / Math.log(b));
    }),
    pow: builtin('pow', ({ positional: [a, b] }) =>
      a?.kind === 'number' && b?.kind === 'number' ? float(power(a.value, b.value)) : notKnown('pow'),
    ),
    prod: builtin('prod', ({ positional: [items] }) => {
      const numbers = items?.kind === 'list' || items?.kind === 'tuple' ? items.items : [];
      return numbers.every((one) => one.kind === 'number')
        ? int(numbers.reduce((total, one) => multiply(total, one.value), 1 as Parameters<typeof multiply>[0]))
        : notKnown('prod');
    }),
    gcd: builtin('gcd', ({ positional }) => {
      const numbers = positional.map(numeric);
      return numbers.some((number) => number === null) ? notKnown('gcd') : int(numbers.reduce((a, b) => gcd(a!, b!), 0)!);
    }),
  }),
  tqdm: progressBars,
  'tqdm.auto': progressBars,
  'tqdm.notebook': progressBars,
  functools: (run) => ({
    partial: partialClass(run),
    reduce: builtin('reduce', ({ positional: [function_ = none, items = none, start], node }) => {
      const values = [...iterate(run, items, node)];
      const first = start ?? values.shift();
      return values.reduce(
        (total, item) => callValue(run, function_, { positional: [total, item], keywords: new Map(), node }, null),
        first ?? none,
      );
    }),
    wraps: builtin('wraps', ({ positional: [wrapped = none] }) =>
      builtin('wraps', ({ positional: [function_ = none] }) => {
        if (function_.kind === 'function') function_.attributes.set('__wrapped__', wrapped);
        return function_;
      }),
    ),
    lru_cache: decoratorOrFactory('lru_cache'),
    cache: decoratorOrFactory('cache'),
    cached_property: builtin('cached_property', ({ positional: [function_ = none] }) => ({
      kind: 'descriptor',
      variant: 'property',
      function: function_,
    })),
  }),
  collections: (run) => ({
    abc: { kind: 'namespace', name: 'collections.abc', members: null, scope: null },
    OrderedDict: run.builtins.variables.get('dict') ?? none,
    Counter: run.builtins.variables.get('dict') ?? none,
    deque: run.builtins.variables.get('list') ?? none,
    defaultdict: builtin('defaultdict', ({ positional: [factory = none] }) => dict([], factory)),
    namedtuple: builtin('namedtuple', (call) => namedTupleFactory(run, call)),
  }),
  copy: (run) => ({
    deepcopy: builtin('deepcopy', ({ positional: [value = none] }) => deepCopy(run, value)),
    copy: builtin('copy', ({ positional: [value = none] }) =>
      value.kind === 'list' ? list([...value.items]) : deepCopy(run, value),
    ),
  }),
  dataclasses: (run) => ({
    dataclass: dataclassDecorator,
    field: builtin('field', ({ keywords }) => {
      const factory = keywords.get('default_factory');
      return factory ? dict([[string('\0default_factory'), factory]]) : (keywords.get('default') ?? none);
    }),
    asdict: builtin('asdict', ({ positional: [value] }) =>
      value?.kind === 'instance'
        ? dict([...value.attributes].map(([key, entry]) => [string(key), entry] as const))
        : notKnown('asdict'),
    ),
    replace: builtin('replace', ({ positional: [value], keywords }) =>
      value?.kind === 'instance' ? { ...value, attributes: new Map([...value.attributes, ...keywords]) } : notKnown('replace'),
    ),
    is_dataclass: builtin('is_dataclass', ({ positional: [value] }) => ({
      kind: 'bool',
      value: value?.kind === 'instance' && value.class.flavour === 'dataclass',
    })),
    fields: run.builtins.variables.get('list') ?? none,
  }),
  itertools: (run) => ({
    chain: {
      ...builtin('chain', ({ positional, node }) => list(positional.flatMap((one) => [...iterate(run, one, node)]))),
      members: new Map([
        [
          'from_iterable',
          builtin('from_iterable', ({ positional: [items = none], node }) =>
            list(iterate(run, items, node).flatMap((one) => [...iterate(run, one, node)])),
          ),
        ],
      ]),
    },
    repeat: builtin('repeat', ({ positional: [value = none, times], node }) => {
      const count = times ? numeric(times) : run.limits.rounds;
      return count === null
        ? run.unknown('It is not known how often this repeats.', node)
        : list(Array.from({ length: Math.min(count, run.limits.rounds) }, () => value));
    }),
    pairwise: builtin('pairwise', ({ positional: [items = none], node }) => {
      const values = iterate(run, items, node);
      return list(values.slice(1).map((value, i) => tuple([values[i]!, value])));
    }),
    product: builtin('product', ({ positional, node }) => {
      const columns = positional.map((value) => iterate(run, value, node));
      const rows = columns.reduce<Value[][]>(
        (sofar, column) => sofar.flatMap((row) => column.map((item) => [...row, item])),
        [[]],
      );
      return list(rows.slice(0, run.limits.rounds).map(tuple));
    }),
    count: builtin('count', () => ({ kind: 'range', start: 0, stop: run.limits.rounds, step: 1 })),
    accumulate: builtin('accumulate', ({ positional: [items = none], node }) => {
      let total: Value | null = null;
      return list(
        iterate(run, items, node).map((item) => {
          total = total ? binary(run, '+', total, item, node) : item;
          return total;
        }),
      );
    }),
  }),
  operator: (run) => ({
    mul: builtin('mul', ({ positional: [a = none, b = none], node }) => binary(run, '*', a, b, node)),
    add: builtin('add', ({ positional: [a = none, b = none], node }) => binary(run, '+', a, b, node)),
  }),
  argparse: (run) => ({ ArgumentParser: argumentParser(run), Namespace: namespace(run) }),
  types: (run) => ({ SimpleNamespace: namespace(run) }),
  numpy,
  re: regularExpressions,
  os: (run) => ({ environ: namespaceObject(run, environmentMethods, run.file.tree.root), getenv: environment }),
  typing: (run) => ({
    OrderedDict: run.builtins.variables.get('dict') ?? none,
    cast: builtin('cast', ({ positional: [, value = none] }) => value),
    TYPE_CHECKING: { kind: 'bool', value: false },
    overload: decoratorOrFactory('overload'),
    final: decoratorOrFactory('final'),
  }),
  warnings: () => ({
    warn: builtin('warn', () => none),
    filterwarnings: builtin('filterwarnings', () => none),
    simplefilter: builtin('simplefilter', () => none),
  }),
  inspect: () => ({
    isclass: kindTest('isclass', ['class']),
    isfunction: kindTest('isfunction', ['function']),
    ismethod: kindTest('ismethod', ['bound']),
  }),
  ...settingsLibraries,
  ...commandLineLibraries,
  abc: () => ({ abstractmethod: decoratorOrFactory('abstractmethod') }),
};

/** Native values may be classes or functions of Python: of these it is not told. */
function kindTest(name: string, kinds: readonly Value['kind'][]): Value {
  return builtin(name, ({ positional: [value = none] }) =>
    value.kind === 'unknown' || value.kind === 'builtin' || value.kind === 'namespace'
      ? notKnown(name)
      : { kind: 'bool', value: kinds.includes(value.kind) },
  );
}

function onNumber(
  name: string,
  work: (x: number) => number,
  make: typeof int,
  symbolic?: (value: Parameters<typeof multiply>[0]) => Parameters<typeof multiply>[0],
): Value {
  return builtin(name, ({ positional: [value] }) => {
    const x = numeric(value);
    if (x !== null) {
      const result = work(x);
      return Number.isFinite(result) ? make(result) : notKnown(name);
    }
    return value?.kind === 'number' && symbolic ? make(symbolic(value.value)) : notKnown(name);
  });
}

function numeric(value: Value | undefined): number | null {
  if (value?.kind === 'bool') return Number(value.value);
  return value?.kind === 'number' ? numberOf(value.value) : null;
}

function notKnown(name: string): Value {
  return { kind: 'unknown', reason: `The argument of ${name}() is not known.`, location: null };
}

/** `functools.partial`, which is also what `type(x) == functools.partial` asks for. */
function partialClass(run: Interpreter): Value {
  const type: Builtin = builtin('partial', ({ positional: [function_ = none, ...bound], keywords }) =>
    partial(run, type, function_, bound, keywords),
  );
  return type;
}

/** Called, or taken apart by its attributes. One of another one binds the arguments of both. */
function partial(
  run: Interpreter,
  type: Builtin,
  function_: Value,
  bound: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
): Value {
  if (function_.kind === 'builtin' && function_.name === 'partial' && function_.members) {
    const inner = function_.members;
    const before = inner.get('keywords');
    const named = before?.kind === 'dict' ? namedEntries(before) : [];
    const first = inner.get('args');
    const args = first?.kind === 'tuple' ? first.items : [];
    return partial(run, type, inner.get('func') ?? none, [...args, ...bound], new Map([...named, ...keywords]));
  }
  return {
    ...builtin('partial', (call) =>
      callValue(
        run,
        function_,
        { positional: [...bound, ...call.positional], keywords: new Map([...keywords, ...call.keywords]), node: call.node },
        null,
      ),
    ),
    members: new Map<string, Value>([
      ['__class__', type],
      ['func', function_],
      ['args', tuple(bound)],
      ['keywords', dict([...keywords].map(([key, value]) => [string(key), value] as const))],
    ]),
  };
}

const namespace = (run: Interpreter): Value =>
  builtin('SimpleNamespace', ({ keywords, node }) => namespaceObject(run, keywords, node));

/** `tqdm(items)` gives its items, `trange(n)` is `tqdm(range(n))`. */
function progressBars(run: Interpreter): Record<string, Value> {
  const range = run.builtins.variables.get('range') ?? none;
  const bar = builtin('tqdm', ({ positional, keywords }) => positional[0] ?? keywords.get('iterable') ?? notKnown('tqdm'));
  return {
    tqdm: bar,
    trange: builtin('trange', ({ positional, node }) => callValue(run, range, { positional, keywords: new Map(), node }, null)),
  };
}

/** A variable of the environment: what a run without it gets, where the program says that. */
const environment = builtin('getenv', ({ positional: [, otherwise], keywords }) => {
  const value = otherwise ?? keywords.get('default');
  return value ?? { kind: 'unknown', reason: 'The environment of a run is not known.', location: null };
});

/** A run is shown as it is without variables of its own. */
const environmentMethods = new Map<string, Value>([
  ['get', environment],
  ['__contains__', builtin('__contains__', () => ({ kind: 'bool', value: false }))],
  ['keys', builtin('keys', () => list([]))],
  ['setdefault', builtin('setdefault', ({ positional: [, value = none] }) => value)],
]);

function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

function namedTupleFactory(run: Interpreter, { positional: [, names], node }: Call): Value {
  const fields =
    names?.kind === 'string'
      ? names.value.split(/[\s,]+/).filter((part) => part !== '')
      : names
        ? iterate(run, names, node).flatMap((one) => (one.kind === 'string' ? [one.value] : []))
        : [];
  return builtin('namedtuple', ({ positional, keywords }) => ({
    kind: 'tuple',
    fields,
    items: fields.map((field, i) => positional[i] ?? keywords.get(field) ?? none),
  }));
}
