import { expect, test } from 'vitest';
import { testAnalyzer } from '../analyzer.js';

/** Apart from the fixtures, since an annotation with the name of the method would count as a mention of it. */
test('an initializer that would write an undefined tensor can be called by its own class', async () => {
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
  const analyzer = await testAnalyzer();
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
