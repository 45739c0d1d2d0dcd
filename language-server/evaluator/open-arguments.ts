import { numberOf, symbol } from '../network/quantity.js';
import { Raised } from './budget.js';
import { formatValue } from './python/format.js';
import { type DictValue, int, type Value } from './values.js';

/** What an argument may be. */
type Kind = 'text' | 'number' | 'any';

interface Asked {
  /** In the order in which the code asks. */
  readonly candidates: readonly Value[];
  /** Whose default it is. */
  readonly owner?: string;
}

interface Choice extends Asked {
  readonly name: string;
  /** Which candidate is taken. */
  at: number;
}

/**
 * Arguments of a model that nobody gives, and for which its code names what they may be: it compares them with texts, `if norm == 'batch'`, or
 * looks them up, `widths[name]`. A model is first made with arguments that are none of these. Where it asks for one, it is made anew with the
 * first candidate that can be built.
 */
export class OpenArguments {
  /** The values that stand for arguments while a model is made. */
  readonly #standing = new Map<Value, { readonly name: string; readonly kind: Kind }>();
  readonly #choices: Choice[] = [];
  /** Names of those that are none of what the code asks for, as far as can be told. */
  readonly #refused = new Set<string>();
  /** Names of those that are taken for true. */
  readonly #held = new Set<string>();
  /** By argument. */
  readonly #asked = new Map<string, Asked>();

  /** What is taken for an argument; `undefined`: nothing asked for it yet. */
  chosen(name: string): Value | undefined {
    const choice = this.#choices.find((one) => one.name === name);
    return choice?.candidates[choice.at];
  }

  /** Lets a value stand for an argument. */
  stand(value: Value, name: string, kind: Kind): Value {
    this.#standing.set(value, { name, kind });
    return value;
  }

  /** An argument that is only known by its name, as one of `**settings`. */
  named(name: string): Value {
    return this.chosen(name) ?? this.stand(int(symbol(name)), name, 'any');
  }

  /** A part of an argument, `args.width` or `sizes[0]`; `undefined`: it is none. */
  part(of: Value, label: string): Value | undefined {
    const argument = of.kind === 'number' ? this.#standing.get(of) : undefined;
    return argument && this.named(`${argument.name}${label}`);
  }

  /** Takes note that an argument is taken for true. */
  hold(value: Value): void {
    const argument = this.#standing.get(value);
    if (argument) this.#held.add(argument.name);
  }

  nameOf(value: Value): string | undefined {
    return this.#standing.get(value)?.name;
  }

  isOpen(value: Value): boolean {
    return this.#standing.has(value);
  }

  /** Whether the code has asked for an argument that is open. */
  get isAsked(): boolean {
    return this.#asked.size > 0;
  }

  /** Takes note of what a value is held against, if it is open. */
  ask(value: Value, against: readonly Value[]): boolean {
    const argument = this.#standing.size > 0 ? this.#standing.get(value) : undefined;
    if (!argument || this.#refused.has(argument.name)) return false;
    const fitting = against.filter((one) => fits(one, argument.kind));
    if (fitting.length === 0) return false;
    const candidates = distinct([...(this.#asked.get(argument.name)?.candidates ?? []), ...fitting]);
    this.#asked.set(argument.name, { candidates });
    return true;
  }

  /** `widths[name]`, `widths.get(name)`, `name in widths`. */
  askForKey(key: Value, { entries, ofNames }: DictValue): boolean {
    return !ofNames && this.ask(key, this.#standing.has(key) ? [...entries.values()].map((entry) => entry.key) : []);
  }

  /** Takes a default that another function has for an argument of this name. */
  propose(name: string, value: Value, owner: string): void {
    const stands = [...this.#standing.values()].some((one) => one.name === name);
    if (stands && !this.#asked.has(name) && !this.#refused.has(name)) this.#asked.set(name, { candidates: [value], owner });
  }

  /** Makes a model, and again with each argument that it asks for. `undo` forgets what was made. */
  settle<T>(make: () => T, undo: () => void): T {
    this.#choices.length = 0;
    this.#refused.clear();
    for (;;) {
      this.#standing.clear();
      this.#asked.clear();
      this.#held.clear();
      let result: T | undefined;
      let failure: Raised | null = null;
      try {
        result = make();
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        failure = error;
      }
      if (!this.#choose(failure !== null)) {
        if (failure) throw failure;
        return result as T;
      }
      undo();
    }
  }

  /** Chooses the argument that was asked for first, or another candidate of the last where the model cannot be built. */
  #choose(failed: boolean): boolean {
    for (const [name, asked] of this.#asked) {
      this.#choices.push({ ...asked, name, at: 0 });
      return true;
    }
    const last = this.#choices.at(-1);
    if (!failed || !last) return false;
    if (last.at + 1 < last.candidates.length) last.at++;
    else this.#refused.add(this.#choices.pop()!.name);
    return true;
  }

  /** Which arguments were chosen, and as what. */
  get choices(): { name: string; value: string }[] {
    return this.#choices.map(({ name, candidates, at }) => ({ name, value: quoted(candidates[at]!) }));
  }

  /** What was chosen, for the reader. */
  get sentences(): string[] {
    const choices = this.#choices.map(({ name, candidates, at, owner }) => {
      const [taken, ...others] = [candidates[at]!, ...candidates.filter((_, i) => i !== at)].map(quoted);
      const rest = listed(others, 'or');
      const why = owner ? `, the default of ${owner}` : rest === '' ? '' : `, not as ${rest}`;
      return `'${name}' is not given in this file: taken as ${taken}${why}.`;
    });
    const held = [...this.#held].map((name) => `'${name}'`);
    const are = held.length === 1 ? 'is' : 'are';
    return held.length === 0 ? choices : [...choices, `${listed(held, 'and')} ${are} not given in this file: taken as true.`];
  }
}

function listed(items: readonly string[], conjunction: string): string {
  const list = items.length > manyOthers ? [...items.slice(0, manyOthers - 1), `${items.length - manyOthers + 1} others`] : items;
  return list.length < 2 ? list.join() : `${list.slice(0, -1).join(', ')} ${conjunction} ${list.at(-1)}`;
}

const manyOthers = 6;

function fits(value: Value, kind: Kind): boolean {
  if (value.kind === 'string') return kind !== 'number';
  return value.kind === 'number' && kind !== 'text' && numberOf(value.value) !== null;
}

const distinct = (values: readonly Value[]): Value[] => [...new Map(values.map((value) => [quoted(value), value])).values()];

const quoted = (value: Value): string => (value.kind === 'string' ? `'${value.value}'` : (formatValue(value) ?? '?'));
