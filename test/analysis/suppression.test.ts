import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { suppressions } from '../../language-server/analysis/suppression.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const silenced = (text: string, rule: string, line: number): boolean => {
  using tree = analyzer.parse(text);
  return suppressions(tree).covers(rule, { start: { line, character: 4 }, end: { line, character: 8 } });
};

describe('a comment silences', () => {
  test.each([
    ['its own line', 'x = 1  # meanfield: ignore[a-b]\ny = 2\n', [0]],
    ['the next line of code when it stands alone', '# meanfield: ignore[a-b]\n\n# more\nx = 1\ny = 2\n', [3]],
    ['the whole file', 'x = 1\n# meanfield: ignore-file[a-b]\ny = 2', [0, 1, 2]],
    ['several rules', 'x = 1  # meanfield: ignore[other, a-b]\n', [0]],
    ['all rules without brackets', 'x = 1  # meanfield: ignore\n', [0]],
    ['behind what other tools want', 'x = 1  # noqa: E501  # meanfield: ignore[a-b]\n', [0]],
    ['with CRLF', 'x = 1\r\ny = 2  # meanfield: ignore[a-b]\r\n', [1]],
    ['not with another rule', 'x = 1  # meanfield: ignore[other]\n', []],
    ['not with half a rule', 'x = 1  # meanfield: ignore[a]\n', []],
    ['not while it is half typed', 'x = 1  # meanfield: ignore[a-b\n', []],
    ['not as a hint for another purpose', '# meanfield: Net(hidden=256)\nx = 1\n', []],
    ['not inside a string', 'x = "# meanfield: ignore[a-b]"\n', []],
    ['not in a word that begins like it', 'x = 1  # meanfield: ignored[a-b]\n', []],
  ])('%s', (_title, text, lines) => {
    const found = text.split('\n').flatMap((_, line) => (silenced(text, 'a-b', line) ? [line] : []));
    expect(found).toEqual(lines);
  });
});
