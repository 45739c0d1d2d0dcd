import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';
import { applied, sectionsOf } from '../annotated.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

describe('each fix makes its finding go away, and leaves code that can be analysed', () => {
  const folder = new URL('./', import.meta.url);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.py')))
    test(name, () => {
      for (const { text, title } of sectionsOf(readFileSync(new URL(name, folder), 'utf8'))) {
        const { models } = analyzer.analyzeText(text, { file: name });
        for (const { entry, findings } of models)
          for (const { rule, fix } of findings) {
            if (!fix) continue;
            const after = analyzer.analyzeText(applied(text, fix.edits), { file: name });
            const same = after.models.find((model) => model.entry === entry);
            expect(after.problems, `${title}: ${fix.title}`).toEqual([]);
            expect(same?.findings.map((finding) => finding.rule) ?? [rule], `${title}: ${fix.title}`).not.toContain(rule);
          }
      }
    });
});

/** Apart from the fixtures, since an annotation with the name of the method would count as a mention of it. */
test('an initializer that would write an undefined tensor can be called by its own class', () => {
  const lines = [
    'import torch',
    'from torch import nn',
    '',
    'class Tags(nn.Module):',
    '    def __init__(self, tags=5):',
    '        super().__init__()',
    '        self.transitions = nn.Parameter(torch.empty(tags, tags))',
    '        self.fc = nn.Linear(32, tags)',
    '',
    '    def reset_parameters(self):',
    '        nn.init.uniform_(self.transitions, -0.1, 0.1)',
    '',
    '    def forward(self, x):',
    '        return self.fc(x)',
    '',
  ];
  const findings = (text: string) => analyzer.analyzeText(text, { file: 'tags.py' }).models[0]!.findings;
  const finding = findings(lines.join('\n')).find(({ rule }) => rule === 'undefined-parameter');
  const [edit] = finding!.fix!.edits;
  expect(finding!.fix!.title).toBe('Add self.reset_parameters()');
  expect(edit).toEqual({
    range: { start: { line: 7, character: 37 }, end: { line: 7, character: 37 } },
    newText: '\n        self.reset_parameters()',
  });
  lines[7] += edit!.newText;
  expect(findings(lines.join('\n')).map(({ rule }) => rule)).not.toContain('undefined-parameter');
});
