import type { Fix, NameTestReport } from '../protocol.js';
import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** A special case of an initializer that asks for names of another form than those it gets, so that it never runs. */
export const nameTestNeverTrue: Rule = {
  id: 'name-test-never-true',
  title: 'A special case of an initializer asks for a name that it never sees.',
  check({ reach }) {
    const tests = reach?.nameTests ?? [];
    const [first] = tests;
    if (!first) return null;
    const advice = first.full ? 'Test the end of the name instead.' : 'Loop over named_parameters() of the whole model instead.';
    const missed = `${listed(first.paths, 2)} ${first.paths.length === 1 ? 'is' : 'are'}`;
    return {
      severity: 'warning',
      message: `${shorten(first.text)} never holds: the names here are like ${listed(first.names.map((name) => `'${name}'`))}, so ${missed} not initialized by this branch. ${advice}`,
      range: first.range,
      related: tests.slice(1, 9).map(({ text, range }) => ({ message: `${shorten(text)} never holds either.`, range })),
      fix: testTheEnd(first),
    };
  },
};

/** `name == 'bias'` of full names becomes `name.endswith('.bias')`. */
function testTheEnd({ text, range, full }: NameTestReport): Fix | null {
  const [, name, quote, end] = /^(\w+) == (['"])([\w.]+)\2$/.exec(text) ?? [];
  if (!full || !name) return null;
  const newText = `${name}.endswith(${quote}.${end}${quote})`;
  return { title: `Use ${newText}`, edits: [{ range, newText }] };
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
