import { describe, expect, test } from 'vitest';
import { codeActions } from '../../language-server/features/code-actions.js';
import { codeLenses } from '../../language-server/features/code-lens.js';
import { diagnostics } from '../../language-server/features/diagnostics.js';
import { hover } from '../../language-server/features/hover.js';
import { inlayHints } from '../../language-server/features/inlay-hints.js';
import { escapeMarkdown } from '../../language-server/features/markdown.js';
import { sparkline } from '../../language-server/features/sparkline.js';
import type { ModelReport } from '../../language-server/protocol.js';
import { checkModel } from '../../language-server/rules/check-model.js';
import { verdict } from '../../language-server/rules/verdict.js';
import { at, fileOf, layerRange, repeated } from '../hand-made-report.js';

const uri = 'file:///model.py';
const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
const relu = { chi1: 1 / 6, activation: 'relu' };

function judged(model: ModelReport): ModelReport {
  const findings = checkModel(model);
  return { ...model, findings, summary: { ...model.summary, verdict: verdict(model, findings) } };
}

const markdown = (model: ModelReport, line: number, character: number): string => {
  const shown = hover(fileOf(model), { line, character }, true);
  return (shown!.contents as { value: string }).value;
};

describe('diagnostics', () => {
  test('carry the rule, a link to its page and the layers that cause it', () => {
    const [first] = diagnostics(fileOf(judged(repeated(16, relu))), uri);
    expect(first).toMatchObject({
      code: 'vanishing-gradient',
      source: 'meanfield',
      severity: 1,
      range: at(5, 6, 9),
      codeDescription: { href: 'https://github.com/meanfield/meanfield/blob/main/docs/rules/vanishing-gradient.md' },
    });
    expect(first!.relatedInformation![0]!.location).toEqual({ uri, range: layerRange(0) });
  });

  test('several models of one class share one diagnostic: the worst, with the names of the others', () => {
    const models = [8, 16, 11].map((depth) => ({ ...judged(repeated(depth, relu)), entry: `net${depth}` }));
    const shown = diagnostics(fileOf(...models), uri).filter(({ code }) => code === 'vanishing-gradient');
    expect(shown).toHaveLength(1);
    expect(shown[0]!.message).toMatch(/Also in .*net11/);
  });

  test('a refused file says so at its top', () => {
    const report = { ...fileOf(), problems: [{ message: 'Not analysed: too long.', range: at(0, 0, 0) }] };
    expect(diagnostics(report, uri)).toMatchObject([{ severity: 3, message: 'Not analysed: too long.' }]);
  });
});

describe('inlay hints', () => {
  const settings = { enabled: 'all', maximumLength: 40 } as const;
  test('stand after the call with σ_w² and χ₁, and say where the numbers come from', () => {
    const [hint] = inlayHints(fileOf(repeated(4, relu)), everything, settings);
    expect(hint).toMatchObject({ position: layerRange(0).end, label: 'σ_w² = 0.333, χ₁ = 0.167' });
    expect((hint!.tooltip as { value: string }).value).toContain('PyTorch default: variance 1/(3·fan_in)');
  });
  test('off gives none, problems only those that a finding is about', () => {
    const report = fileOf(judged(repeated(2, relu)), judged({ ...repeated(1, relu), range: at(90, 0, 3) }));
    expect(inlayHints(report, everything, { ...settings, enabled: 'off' })).toEqual([]);
    expect(inlayHints(report, everything, { ...settings, enabled: 'problems' })).toEqual([]);
    const bad = fileOf(judged(repeated(16, relu)));
    expect(inlayHints(bad, everything, { ...settings, enabled: 'problems' }).length).toBeGreaterThan(0);
  });
  test('layers that one line makes share a hint with the span of their values', () => {
    const model = repeated(3, relu);
    for (const layer of model.layers) layer.range = layerRange(0);
    model.layers[1]!.local!.chi1 = 0.5;
    const hints = inlayHints(fileOf(model), everything, settings);
    expect(hints.map(({ label }) => label)).toEqual(['σ_w² = 0.333, χ₁ = 0.167…0.5']);
  });
  test('are cut to the chosen length and given for the visible lines only', () => {
    const [hint] = inlayHints(fileOf(repeated(4, relu)), everything, { enabled: 'all', maximumLength: 12 });
    expect(hint!.label).toBe('σ_w² = 0.33…');
    expect(inlayHints(fileOf(repeated(4, relu)), at(11, 0, 80), settings)).toHaveLength(1);
  });
});

describe('code lenses', () => {
  test('open the panel of their model', () => {
    const model = repeated(16, relu, { phase: 'ordered', trainableDepth: 3.3 });
    expect(codeLenses(fileOf(model), uri)).toEqual([
      {
        range: at(5, 6, 9),
        command: {
          title: 'Analyze initialization · ordered · χ₁ 0.167 · trainable 3 of 16 layers',
          command: 'meanfield.analyze',
          arguments: [uri, 0],
        },
      },
    ]);
  });
  test('eight models of one class do not fill the line', () => {
    const models = Array.from({ length: 8 }, (_, i) => ({ ...repeated(4, relu), entry: `vgg${i}` }));
    const titles = codeLenses(fileOf(...models), uri).map(({ command }) => command!.title);
    expect(titles).toHaveLength(3);
    expect(titles[0]).toMatch(/^Analyze initialization · vgg0 · /);
    expect(titles[2]).toBe('and 6 more');
  });
});

describe('hovers', () => {
  test('over a layer give its numbers in plain words with their source', () => {
    const text = markdown(repeated(16, relu), 10, 25);
    expect(text).toContain('**layers\\.0** · Linear · ▼ ordered');
    expect(text).toMatch(/σ\\_w² \| \*\*0\.333\*\* · PyTorch default/);
    expect(text).toContain('squared gradients shrink 6-fold in each such layer');
    expect(text).toMatch(/ξ\\_c \| \*\*0\.56\*\* layers/);
  });
  test('over an activation name the layer that feeds it', () => {
    expect(markdown(repeated(16, relu), 41, 10)).toMatch(/\*\*relu\*\* is fed by\n\n\*\*layers\\\.1\*\*/);
  });
  test('over the name of the model give the verdict and a chart with the same numbers as text', () => {
    const text = markdown(judged(repeated(16, relu)), 5, 7);
    expect(text).toContain('Gradients vanish');
    expect(text).toMatch(/!\[mean squared gradient from 1 at the output to 2·10⁻¹² at the first layer/);
    expect(text).toMatch(/Solid: mean squared gradient, from 1 at the output to 2·10⁻¹²/);
  });
  test('over the class of a model that a factory makes give the same', () => {
    const model = { ...judged(repeated(16, relu)), entry: 'net16', definition: at(2, 6, 9) };
    expect(markdown(model, 2, 7)).toBe(markdown(model, 5, 7));
    expect(markdown(model, 2, 7)).toContain('**Net by net16**');
  });
  test('are silent elsewhere, and plain for clients without Markdown', () => {
    const report = fileOf(judged(repeated(16, relu)));
    expect(hover(report, { line: 80, character: 0 }, true)).toBeNull();
    const plain = (hover(report, { line: 10, character: 25 }, false)!.contents as { value: string }).value;
    expect(plain).toMatch(/σ_w²: 0\.333 · PyTorch default: uniform, variance 1\/\(3·fan_in\)/);
    expect(plain).not.toMatch(/\*\*|\\|!\[/);
  });
  test('show hostile names as text', () => {
    const model = judged(repeated(16, relu));
    const hostile = '![x](http://evil/a.png) <img src=x> [c](command:evil) `a` | b\n# c';
    model.name = model.entry = model.layers[0]!.path = model.layers[0]!.weight!.source = hostile;
    for (const text of [markdown(model, 10, 25), markdown(model, 5, 7)]) {
      expect(text.replace(/!\[[^\]]*\]\(data:image\/svg\+xml,[^()\s]*\)/, '')).not.toMatch(/(^|[^\\])(\]\(|<img|`)/);
      expect(text).not.toMatch(/^# c/m);
    }
    expect(escapeMarkdown('a_b*c')).toBe('a\\_b\\*c');
  });
});

describe('the chart of a hover', () => {
  test('is at most 4 KB for any depth and has nothing that would end the link', () => {
    for (const depth of [3, 20, 400]) {
      const image = sparkline(repeated(depth, relu).propagation)!;
      expect(image.length).toBeLessThanOrEqual(4096);
      expect(image).toMatch(/^data:image\/svg\+xml,[^()\s'"<>]+$/);
      expect(decodeURIComponent(image)).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
  test('is left out where too little is known', () => expect(sparkline(repeated(1, relu).propagation)).toBeNull());
});

describe('code actions', () => {
  const lines = { lineText: () => 'class Net(nn.Module):' };
  test('offer to ignore a finding by a comment at its line', () => {
    const actions = codeActions(fileOf(judged(repeated(16, relu))), uri, at(5, 0, 20), lines);
    expect(actions.map(({ title }) => title)).toEqual(['Ignore vanishing-gradient here']);
    expect(actions[0]!.diagnostics).toHaveLength(1);
    expect(actions[0]!.edit!.changes![uri]).toEqual([
      { range: at(5, 21, 21), newText: '  # meanfield: ignore[vanishing-gradient]' },
    ]);
  });
  test('add to a comment that ignores already', () => {
    const commented = { lineText: () => 'class Net(nn.Module):  # meanfield: ignore[a]' };
    const [action] = codeActions(fileOf(judged(repeated(16, relu))), uri, at(5, 0, 20), commented);
    expect(action!.edit!.changes![uri]![0]).toEqual({ range: at(5, 44, 44), newText: ', vanishing-gradient' });
  });
  test('offer the loop that initializes all layers where the report knows a place for it', () => {
    const model = repeated(16, relu);
    model.initializerSite = {
      position: { line: 30, character: 40 },
      indent: '        ',
      lineEnd: '\n',
      self: 'self',
      namespace: 'nn',
    };
    const [fix] = codeActions(fileOf(judged(model)), uri, at(5, 0, 20), lines);
    expect(fix!.title).toBe('Initialize Linear layers with nn.init.kaiming_normal_');
    expect(fix!.edit!.changes![uri]![0]!.newText).toBe(
      [
        '',
        '        for module in self.modules():',
        '            if isinstance(module, nn.Linear):',
        "                nn.init.kaiming_normal_(module.weight, nonlinearity='relu')",
        '                if module.bias is not None:',
        '                    nn.init.zeros_(module.bias)',
      ].join('\n'),
    );
  });
});
