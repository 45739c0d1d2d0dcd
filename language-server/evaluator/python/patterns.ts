import { namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import type { Interpreter } from '../interpreter.js';
import type { Scope } from '../scope.js';
import { type ClassValue, dict, keyOf, list, type Value } from '../values.js';
import { assign } from './assignment.js';
import { attribute } from './attributes.js';
import { fieldsOf } from './classes.js';
import { evaluate } from './expressions.js';
import { compare, isInstance, negate } from './operators.js';
import type { Frame } from './statements.js';
import { truth } from './truth.js';

/** Whether a value matches; `undefined`: it cannot be told. Names in the pattern are bound on the way. */
type Match = boolean | undefined;

/** The pattern of a `case`, in which commas may stand without parentheses. */
export function matchesClause(
  run: Interpreter,
  patterns: readonly SyntaxNode[],
  subject: Value,
  scope: Scope,
  frame: Frame,
): Match {
  const [first] = patterns;
  if (!first) return false;
  const matcher = new Matcher(run, scope, frame);
  return patterns.length > 1 || isSplat(first) ? matcher.sequence(patterns, subject) : matcher.matches(first, subject);
}

class Matcher {
  constructor(
    private readonly run: Interpreter,
    private readonly scope: Scope,
    private readonly frame: Frame,
  ) {}

  matches(pattern: SyntaxNode, subject: Value): Match {
    const { run } = this;
    const parts = namedChildren(pattern);
    switch (pattern.type) {
      case 'case_pattern':
        return parts.length === 0 ? this.wildcard(pattern) : this.signed(pattern.children, subject).at(-1);
      case 'union_pattern': {
        const results = this.signed(pattern.children, subject);
        return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
      }
      case 'as_pattern': {
        const result = parts[0] ? this.matches(parts[0], subject) : true;
        if (result !== false && parts[1]) assign(run, namedChildren(parts[1])[0] ?? parts[1], subject, this.scope, this.frame);
        return result;
      }
      case 'dotted_name':
      case 'identifier':
        return this.name(run.file.tree.textOf(pattern), subject);
      case 'tuple_pattern':
      case 'list_pattern':
        return this.sequence(parts, subject);
      case 'dict_pattern':
        return this.mapping(pattern, subject);
      case 'class_pattern':
        return this.instance(parts, subject);
      case 'string':
      case 'concatenated_string':
      case 'integer':
      case 'float':
      case 'true':
      case 'false':
      case 'none':
        return this.equals(subject, evaluate(run, pattern, this.scope, this.frame));
      default:
        return undefined;
    }
  }

  private equals(subject: Value, value: Value): Match {
    return truth(this.run, compare(this.run, '==', subject, value));
  }

  private wildcard(pattern: SyntaxNode): Match {
    return this.run.file.tree.textOf(pattern) === '_' ? true : undefined;
  }

  /** Alternatives, in which a sign stands before its number and not in it. */
  private signed(parts: readonly SyntaxNode[], subject: Value): Match[] {
    return parts.flatMap((part, i) => {
      if (!part.named) return [];
      if (parts[i - 1]?.type !== '-') return [this.matches(part, subject)];
      return [this.equals(subject, negate(this.run, evaluate(this.run, part, this.scope, this.frame), part))];
    });
  }

  private name(text: string, subject: Value): Match {
    if (text === '_') return true;
    if (!text.includes('.')) {
      this.scope.assign(text, subject);
      return true;
    }
    const value = this.dotted(text);
    return value ? this.equals(subject, value) : undefined;
  }

  private dotted(text: string): Value | undefined {
    return text
      .split('.')
      .reduce<Value | undefined>(
        (object, name, i) => (i === 0 ? this.scope.lookup(name) : object && attribute(this.run, object, name)),
        undefined,
      );
  }

  sequence(patterns: readonly SyntaxNode[], subject: Value): Match {
    if (subject.kind !== 'list' && subject.kind !== 'tuple') return isOpen(subject) ? undefined : false;
    const { items } = subject;
    const splat = patterns.findIndex(isSplat);
    if (splat === -1 ? items.length !== patterns.length : items.length < patterns.length - 1) return false;
    const after = splat === -1 ? 0 : patterns.length - splat - 1;
    return all(
      patterns.map((pattern, i) => {
        if (i !== splat)
          return this.matches(pattern, splat === -1 || i < splat ? items[i]! : items[items.length - patterns.length + i]!);
        return this.rest(pattern, list(items.slice(splat, items.length - after)));
      }),
    );
  }

  /** `*rest`, `**rest`. */
  private rest(pattern: SyntaxNode, value: Value): Match {
    const name = this.run.file.tree.textOf(pattern).replace(/^\*+/, '').trim();
    return name === '_' ? true : this.name(name, value);
  }

  private mapping(pattern: SyntaxNode, subject: Value): Match {
    if (subject.kind !== 'dict') return isOpen(subject) ? undefined : false;
    const keys = pattern.children.filter((part) => part.field === 'key');
    const values = pattern.children.filter((part) => part.field === 'value');
    const left = new Map(subject.entries);
    const results = keys.map((key, i): Match => {
      const name = keyOf(evaluate(this.run, key, this.scope, this.frame));
      const entry = subject.entries.get(name);
      left.delete(name);
      return entry && values[i] ? this.matches(values[i], entry.value) : false;
    });
    const splat = pattern.children.find(({ type }) => type === 'splat_pattern');
    if (splat) results.push(this.rest(splat, dict([...left.values()].map(({ key, value }) => [key, value] as const))));
    return all(results);
  }

  private instance([name, ...parts]: readonly SyntaxNode[], subject: Value): Match {
    const type = name && this.dotted(this.run.file.tree.textOf(name));
    if (!type) return undefined;
    const results: Match[] = [isInstance(this.run, subject, type)];
    if (results[0] === false) return false;
    const names = type.kind === 'class' ? this.positions(type) : null;
    parts.forEach((part, i) => {
      const keyword = namedChildren(part).find(({ type: kind }) => kind === 'keyword_pattern');
      if (keyword) {
        const [key, value] = namedChildren(keyword);
        results.push(key && value && this.member(subject, this.run.file.tree.textOf(key), value));
      } else if (names) {
        const own = names[i];
        results.push(own === undefined ? undefined : this.member(subject, own, part));
      } else results.push(type.kind === 'builtin' && i === 0 ? this.matches(part, subject) : undefined);
    });
    return all(results);
  }

  /** Attributes that positional patterns of a class stand for. */
  private positions(type: ClassValue): string[] {
    const named = attribute(this.run, type, '__match_args__');
    if (named?.kind !== 'tuple') return type.flavour === 'dataclass' ? fieldsOf(this.run, type).map(({ name }) => name) : [];
    return named.items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  }

  private member(subject: Value, name: string, pattern: SyntaxNode): Match {
    const value = attribute(this.run, subject, name);
    return value ? this.matches(pattern, value) : false;
  }
}

const isSplat = (pattern: SyntaxNode): boolean =>
  pattern.type === 'splat_pattern' || namedChildren(pattern)[0]?.type === 'splat_pattern';

/** What it is may come out as anything. */
const isOpen = (value: Value): boolean =>
  value.kind === 'unknown' || value.kind === 'tensor' || (value.kind === 'instance' && value.class.unknownBase !== null);

function all(results: readonly Match[]): Match {
  return results.includes(false) ? false : results.includes(undefined) ? undefined : true;
}
