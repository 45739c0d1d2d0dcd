import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsSchema } from '../language-server/settings.js';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

test('The settings that VS Code offers are those that the server reads', () => {
  expect(manifest.contributes.configuration.properties).toEqual(JSON.parse(JSON.stringify(settingsSchema)));
});

test('No setting names a program or a module to run', () => {
  for (const name of Object.keys(manifest.contributes.configuration.properties))
    expect(name).not.toMatch(/path|executable|command|module|interpreter/i);
});

test('The extension is activated by Python files and by its own saved panel alone', () => {
  expect(manifest.activationEvents).toEqual(['onLanguage:python', 'onWebviewPanel:meanfield.panel']);
});

test('The extension is offered in untrusted and virtual workspaces, because it runs nothing of them', () => {
  expect(manifest.capabilities).toEqual({ untrustedWorkspaces: { supported: true }, virtualWorkspaces: { supported: true } });
});

test('Every image that the manifest names is there', () => {
  const text = JSON.stringify(manifest);
  for (const [path] of text.matchAll(/extension\/images\/[\w.-]+/g))
    expect(existsSync(new URL(`../${path}`, import.meta.url)), path).toBe(true);
});
