import { Raised } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import {
  builtin,
  type Call,
  type ClassValue,
  dict,
  type Instance,
  keyOf,
  list,
  nativeClass,
  nativeNamespace,
  none,
  string,
  type Value,
} from '../values.js';
import { callValue } from './calls.js';
import { entriesOf } from './dict-classes.js';

/** Libraries for settings: dictionaries whose entries are attributes, too, at all levels. */
export const settingsLibraries: Readonly<Record<string, (run: Interpreter) => Record<string, Value>>> = {
  easydict: (run) => ({ EasyDict: settingsClass(run, 'EasyDict') }),
  munch: (run) => {
    const type = settingsClass(run, 'Munch');
    return {
      Munch: type,
      munchify: builtin('munchify', ({ positional: [value = none], node }) => asSettings(run, type, value, node)),
    };
  },
  addict: (run) => ({ Dict: settingsClass(run, 'Dict') }),
  box: (run) => ({ Box: settingsClass(run, 'Box') }),
  attrdict: (run) => ({ AttrDict: settingsClass(run, 'AttrDict') }),
  'yacs.config': (run) => ({ CfgNode: settingsClass(run, 'CfgNode') }),
  ml_collections: (run) => ({ ConfigDict: settingsClass(run, 'ConfigDict'), config_dict: configDict(run) }),
  'ml_collections.config_dict': (run) => ({ ConfigDict: settingsClass(run, 'ConfigDict') }),
  omegaconf: (run) => ({ OmegaConf: omegaConf(run), DictConfig: settingsClass(run, 'DictConfig') }),
};

const configDict = (run: Interpreter): Value =>
  nativeNamespace('ml_collections.config_dict', { ConfigDict: settingsClass(run, 'ConfigDict') });

function omegaConf(run: Interpreter): Value {
  const type = settingsClass(run, 'DictConfig');
  const make = (value: Value, node: Call['node']): Value => asSettings(run, type, value, node);
  const functions: Record<string, (call: Call) => Value> = {
    create: ({ positional: [value = dict()], node }) => make(value, node),
    structured: ({ positional: [value = none], node }) =>
      value.kind === 'class' ? callValue(run, value, { positional: [], keywords: new Map(), node }, null) : value,
    merge: ({ positional, node }) => {
      const open = positional.find((value) => !entriesOf(value));
      if (open) return open.kind === 'unknown' ? open : run.unknown('What these settings are merged with is not known.', node);
      const merged = make(dict(), node);
      for (const value of positional) mergeInto(run, merged as Instance, value, node);
      return merged;
    },
    to_container: ({ positional: [value = none] }) => plain(value),
  };
  const members = Object.entries(functions).map(([name, work]) => [name, builtin(name, work)] as const);
  return nativeNamespace('omegaconf.OmegaConf', Object.fromEntries(members));
}

const settingsClass = (run: Interpreter, name: string): ClassValue =>
  run.nativeClass(`settings.${name}`, () => makeSettingsClass(run, name));

function makeSettingsClass(run: Interpreter, name: string): ClassValue {
  const type = nativeClass(name, { flavour: 'dict' });
  for (const [method, work] of Object.entries(methods))
    type.attributes.set(
      method,
      builtin(method, (call) => {
        const [self] = call.positional;
        return self?.kind === 'instance' && entriesOf(self) ? work(run, self, call) : none;
      }),
    );
  return type;
}

const methods: Readonly<Record<string, (run: Interpreter, self: Instance, call: Call) => Value>> = {
  __init__: (run, self, { positional: [, given], keywords, node }) => {
    if (given) mergeInto(run, self, given, node);
    for (const [name, value] of keywords) set(run, self, string(name), value, node);
    return none;
  },
  __setattr__: setItem,
  __setitem__: setItem,
  __getattr__: (run, self, { positional: [, key = none], node }) => {
    const entry = entriesOf(self)!.entries.get(keyOf(key));
    if (entry) return entry.value;
    const name = key.kind === 'string' ? key.value : '';
    if (self.class.name !== 'Dict' || name.startsWith('__')) throw new Raised('AttributeError', name);
    // addict makes what is asked for.
    const made = asSettings(run, self.class, dict(), node);
    set(run, self, key, made, node);
    return made;
  },
  merge_from_file: isRead,
  merge_from_list: isRead,
  merge_from_other_cfg: (run, self, { positional: [, other = none], node }) => {
    mergeInto(run, self, other, node);
    return none;
  },
  clone: (run, self, { node }) => asSettings(run, self.class, plain(self), node),
  to_dict: (_run, self) => plain(self),
  toDict: (_run, self) => plain(self),
  freeze: () => none,
  defrost: () => none,
  lock: (_run, self) => self,
  unlocked: (_run, self) => self,
};

function isRead(run: Interpreter, _self: Instance, { node }: Call): Value {
  run.note('What is read into these settings is not known: they are shown as the program has them.', node);
  return none;
}

function setItem(run: Interpreter, self: Instance, { positional: [, key = none, value = none], node }: Call): Value {
  set(run, self, key, value, node);
  return none;
}

function set(run: Interpreter, self: Instance, key: Value, value: Value, node: Call['node']): void {
  entriesOf(self)!.entries.set(keyOf(key), { key, value: asSettings(run, self.class, value, node) });
}

/** Entries of dictionaries inside are merged, all others replaced. */
function mergeInto(run: Interpreter, self: Instance, from: Value, node: Call['node']): void {
  const given = entriesOf(from);
  if (!given) run.note('A part of these settings is not known.', node);
  for (const { key, value } of given?.entries.values() ?? []) {
    const present = entriesOf(self)!.entries.get(keyOf(key))?.value;
    if (present?.kind === 'instance' && entriesOf(present) && entriesOf(value)) mergeInto(run, present, value, node);
    else set(run, self, key, value, node);
  }
}

/** Dictionaries as settings, also those in lists. */
function asSettings(run: Interpreter, type: ClassValue, value: Value, node: Call['node']): Value {
  if (value.kind === 'list') return { ...value, items: value.items.map((one) => asSettings(run, type, one, node)) };
  if (value.kind !== 'dict') return value;
  return callValue(run, type, { positional: [value], keywords: new Map(), node }, null);
}

/** Settings as dictionaries. */
function plain(value: Value): Value {
  if (value.kind === 'list') return list(value.items.map(plain));
  const held = entriesOf(value);
  return held ? dict([...held.entries.values()].map(({ key, value: entry }) => [key, plain(entry)] as const)) : value;
}
