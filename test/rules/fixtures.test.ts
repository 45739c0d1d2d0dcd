import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rules } from '../../language-server/rules/index.js';
import { defaultSettings, readSettings, ruleDocumentation, settingsSchema } from '../../language-server/settings.js';
import { version } from '../../language-server/version.js';
import { annotated, sectionsOf } from '../annotated.js';

const fixture = (id: string) => new URL(`./${id}.py`, import.meta.url);
const page = (id: string) => new URL(`../../docs/rules/${id}.md`, import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

for (const { id } of rules) if (existsSync(fixture(id))) annotated(fixture(id));

describe.each(rules.map(({ id }) => id))('%s', (id) => {
  test('has a fixture in which it fires at least three times and stays silent at least twice', () => {
    const sections = sectionsOf(readFileSync(fixture(id), 'utf8'));
    const firing = sections.filter(({ expectations }) => expectations.some(({ rule }) => rule === id));
    expect(firing.length).toBeGreaterThanOrEqual(3);
    expect(
      sections.filter(({ expectations }) => expectations.every(({ kind }) => kind !== 'finding')).length,
    ).toBeGreaterThanOrEqual(2);
  });
  test('has the page that its diagnostics link to', () => {
    expect(ruleDocumentation(id)).toBe(`${manifest.repository.url.replace(/\.git$/, '')}/blob/main/docs/rules/${id}.md`);
    expect(readFileSync(page(id), 'utf8')).toMatch(new RegExp(`^# ${id}\n`));
  });
});

describe('settings', () => {
  test('in package.json are those that the server reads', () => {
    const { properties } = manifest.contributes.configuration;
    const ours = Object.fromEntries(Object.entries(properties).filter(([name]) => name in settingsSchema));
    expect(ours).toEqual(settingsSchema);
  });
  test('of every name have their default when the client sends nothing or nonsense', () => {
    for (const section of [
      undefined,
      null,
      7,
      'x',
      [],
      { mode: 5, rules: [], inlayHints: null, codeLens: { enabled: 'yes' }, input: { secondMoment: -1 } },
    ])
      expect(readSettings(section)).toEqual(defaultSettings);
  });
  test('have the defaults of their schema', () => {
    const nested = {
      mode: settingsSchema['meanfield.mode']!.default,
      rules: settingsSchema['meanfield.rules']!.default,
      input: {
        secondMoment: settingsSchema['meanfield.input.secondMoment']!.default,
        shape: settingsSchema['meanfield.input.shape']!.default,
      },
      inlayHints: {
        enabled: settingsSchema['meanfield.inlayHints.enabled']!.default,
        maximumLength: settingsSchema['meanfield.inlayHints.maximumLength']!.default,
      },
      codeLens: { enabled: settingsSchema['meanfield.codeLens.enabled']!.default },
    };
    expect(Object.keys(settingsSchema)).toHaveLength(7);
    expect(readSettings(nested)).toEqual(defaultSettings);
  });
  test('are read by name', () => {
    const section = {
      mode: 'eval',
      rules: { 'vanishing-gradient': 'off', 'exploding-gradient': 'auto', unheard: 'error' },
      inlayHints: { enabled: 'problems', maximumLength: 20 },
      codeLens: { enabled: false },
      input: { secondMoment: 0.25, shape: [4, 3, 96, 96] },
    };
    expect(readSettings(section)).toEqual({
      mode: 'eval',
      inputSecondMoment: 0.25,
      inputShape: [4, 3, 96, 96],
      rules: { 'vanishing-gradient': 'off' },
      inlayHints: { enabled: 'problems', maximumLength: 20 },
      codeLens: { enabled: false },
    });
  });
});

test('the version is that of package.json', () => expect(version).toBe(manifest.version));
