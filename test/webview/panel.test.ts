import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Charts, FileReport, ModelReport, Simulation } from '../../language-server/protocol.js';
import { type OpenOptions, openBrowser, type PanelBrowser, type PanelPage, themes } from './panel-page.js';
import * as reports from './reports.js';

let browser: PanelBrowser;
let panel: PanelPage;

beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(async () => {
  expect(await panel.complaints()).toEqual([]);
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
});

/** Loads the page anew; what went wrong on the one before must not get lost. */
async function open(options: OpenOptions = {}): Promise<PanelPage> {
  if (panel) expect(await panel.complaints()).toEqual([]);
  panel = await browser.open(options);
  return panel;
}

const reportMessage = (report: FileReport, model = 0, version = 1) => ({
  type: 'report',
  file: report.file,
  version,
  report,
  model,
});
const chartsMessage = (charts: Charts, model = 0, version = 1) => ({ type: 'charts', version, model, charts });

/** Opens a panel that shows the given models. */
async function show(models: ModelReport[], options: OpenOptions = {}): Promise<PanelPage> {
  const page = await open(options);
  await page.send(reportMessage(reports.fileOf(...models)));
  return page;
}

const textOf = (selector: string) => panel.page.locator(selector).textContent();
const layerNames = () => panel.page.locator('.layers tbody button.path').allInnerTexts();
/** A part that opens fills itself a moment later. */
const rows = (selector: string) => () => panel.page.locator(selector).count();
const lastPosted = async () => (await panel.posted()).at(-1);

describe('talking with the host', () => {
  test('the panel says that it is ready once it listens, and shows a skeleton until the report comes', async () => {
    await open();
    expect(await panel.posted()).toEqual([{ type: 'ready' }]);
    expect(await panel.page.locator('.skeleton .bone').count()).toBeGreaterThan(3);
    expect(await panel.page.title()).toBe('meanfield');
  });

  test('a report replaces the skeleton by verdict, findings, layers and charts', async () => {
    await show([reports.vgg]);
    expect(await textOf('h1')).toBe('VGG');
    expect(await textOf('.badge')).toContain('ordered');
    expect(await textOf('.figures')).toContain('0.167');
    expect(await textOf('.figures')).toContain('3 of 16');
    expect(await textOf('.provenance')).toContain('32 framework default');
    expect(await textOf('.verdict header')).toContain('training mode');
    expect(await textOf('.findings')).toContain('vanishing-gradient');
    expect(await layerNames()).toHaveLength(16);
    expect(await panel.page.locator('.depth canvas').count()).toBe(3);
    expect(await panel.page.title()).toContain('VGG');
  });

  test('choosing a model tells the host and shows it at once', async () => {
    await show([reports.vgg, reports.heMlp]);
    await panel.page.selectOption('#model', '1');
    expect(await lastPosted()).toEqual({ type: 'selectModel', model: 1 });
    expect(await textOf('h1')).toBe('MLP');
    expect(await textOf('.badge')).toContain('critical');
    expect(await textOf('.figures')).toContain('∞');
  });

  test('a click anywhere in a row reveals its layer', async () => {
    await show([reports.vgg]);
    await panel.page.locator('.layers tbody tr').nth(3).locator('td').first().click();
    expect((await panel.posted()).slice(1)).toEqual([{ type: 'revealLayer', model: 0, layer: 3 }]);
    await panel.page.locator('.layers tbody tr').nth(4).locator('button').click();
    expect((await panel.posted()).slice(2)).toEqual([{ type: 'revealLayer', model: 0, layer: 4 }]);
  });

  test('a finding and an unknown lead to their places, by their number in the report', async () => {
    const findings = reports.vgg.findings.toReversed();
    await show([{ ...reports.residual, findings }]);
    expect(await panel.page.locator('.findings .finding').first().textContent()).toContain('vanishing-gradient');
    await panel.page.locator('.findings button').first().click();
    expect(await lastPosted()).toEqual({ type: 'revealFinding', model: 0, finding: 1 });
    await panel.page.locator('.assumptions button').nth(1).click();
    expect(await lastPosted()).toEqual({ type: 'revealUnknown', model: 0, unknown: 1 });
  });

  test('a click into a chart reveals the layer under the pointer', async () => {
    await show([reports.vgg]);
    const canvas = panel.page.locator('.depth canvas').first();
    const { width } = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: width - 10, y: 40 } });
    expect(await lastPosted()).toEqual({ type: 'revealLayer', model: 0, layer: 15 });
  });

  test('an error without a report stands alone, with ways on', async () => {
    await open();
    await panel.send({ type: 'error', message: 'The server stopped.' });
    expect(await textOf('[role=alert]')).toContain('The server stopped.');
    await panel.page.getByRole('button', { name: 'Retry' }).click();
    await panel.page.getByRole('button', { name: 'Show output' }).click();
    expect((await panel.posted()).slice(1)).toEqual([{ type: 'retry' }, { type: 'showOutput' }]);
  });

  test('a report of another form is an error, not a wait without end', async () => {
    await open();
    await panel.send({ type: 'report', file: 'x.py', version: 1, report: { models: 'many' }, model: 0 });
    expect(await textOf('[role=alert]')).toContain('cannot read');
  });

  test('an error and a stale state keep the last report on the page, marked, until the next one comes', async () => {
    await show([reports.vgg]);
    await panel.send({ type: 'stale' });
    expect(await textOf('.status')).toContain('Recomputing');
    expect(await panel.page.locator('.content.stale[aria-busy=true] h1').textContent()).toBe('VGG');
    await panel.send({ type: 'error', message: 'No.' });
    expect(await panel.page.locator('.content.stale .layers').count()).toBe(1);
    await panel.send(reportMessage(reports.fileOf(reports.vgg), 0, 2));
    expect(await panel.page.locator('.stale, .banner, [aria-busy]').count()).toBe(0);
  });

  test('charts of an older version or of another model are not drawn', async () => {
    const charts = reports.chartsOf(reports.vgg, reports.relu);
    await show([reports.vgg, reports.heMlp]);
    await panel.send(chartsMessage(charts, 0, 0), chartsMessage(charts, 1, 1));
    expect(await panel.page.locator('.plane canvas').count()).toBe(0);
    await panel.send(chartsMessage(charts));
    expect(await panel.page.locator('.plane .walker canvas').count()).toBe(1);
  });

  test('a file without a model says what would be recognised', async () => {
    await open();
    await panel.send(
      reportMessage({ ...reports.empty, problems: [{ message: 'Line 3 cannot be read.', range: reports.line(2) }] }),
    );
    expect(await textOf('.empty')).toMatch(/train\.py[\s\S]*Line 3 cannot be read\.[\s\S]*nn\.Module[\s\S]*nn\.Sequential/);
  });
});

describe('layers', () => {
  test('a column sorts upwards, then downwards, then not at all', async () => {
    await show([reports.chaoticTanh]);
    const header = panel.page.locator('[data-sort=q]');
    const inOrder = await layerNames();
    await header.click();
    expect(await panel.page.locator('th[aria-sort=ascending]').textContent()).toContain('q');
    const ascending = await layerNames();
    expect(ascending.at(-1)).toBe('blocks.0.linear');
    await header.click();
    expect((await layerNames())[0]).toBe('blocks.0.linear');
    await header.click();
    expect(await panel.page.locator('th[aria-sort]').count()).toBe(0);
    expect(await layerNames()).toEqual(inOrder);
  });

  test('what is not known goes last in both directions', async () => {
    await show([reports.residual]);
    for (const _ of ['ascending', 'descending']) {
      await panel.page.locator('[data-sort=sigmaW2]').click();
      expect(await panel.page.locator('.layers tbody tr').last().textContent()).toContain('DropBlock');
    }
  });

  test('a sorted row still reveals its own layer', async () => {
    await show([reports.chaoticTanh]);
    await panel.page.locator('[data-sort=path]').click();
    await panel.page.locator('[data-sort=path]').click();
    await panel.page.locator('.layers tbody button.path').first().click();
    expect(await lastPosted()).toEqual({ type: 'revealLayer', model: 0, layer: 49 });
  });

  test('"Problems only" leaves the layers that a finding names or that are not known', async () => {
    await show([reports.vgg, reports.residual]);
    await panel.page.getByLabel('Problems only').check();
    expect(await layerNames()).toEqual(['features.0']);
    expect(await textOf('.layers [role=status]')).toBe('1 of 16 layers');
    await panel.page.selectOption('#model', '1');
    expect(await panel.page.locator('.layers tbody td:nth-child(2)').allInnerTexts()).toEqual([
      'DropBlock',
      'DropBlock',
      'DropBlock',
    ]);
  });

  test('four hundred layers are all there, with gradients far below the smallest floating-point number', async () => {
    await show([reports.longChain]);
    expect(await layerNames()).toHaveLength(400);
    expect(await panel.page.locator('.layers tbody tr').first().textContent()).toContain('10⁻²⁰⁰');
  });
});

describe('spectrum and geometry', () => {
  const showCharts = async (model: ModelReport, activation: typeof reports.relu, change: Partial<Charts> = {}) => {
    await show([model]);
    await panel.send(chartsMessage({ ...reports.chartsOf(model, activation), ...change }));
  };

  test('the spectrum is one sentence, a chart and a table, with the directions that are lost', async () => {
    await showCharts(reports.vgg, reports.relu);
    expect(await textOf('.spectrum .lead')).toMatch(
      /^50 % of the directions are lost; all but a twentieth pass at less than 2\.\d+ times the root mean square, the strongest at 2\.828\..*itself is 0\.032/,
    );
    expect(await panel.colors('.spectrum canvas')).toBeGreaterThan(5);
    await panel.page.getByText('Percentiles as a table').click();
    await expect.poll(rows('[data-section=spectrum-table] tbody tr')).toBe(10);
    expect(await textOf('[data-section=spectrum-table]')).toMatch(/25 % pass at most at00.*all pass at most at2\.828/);
  });

  test('arrow keys read the spectrum, the lost directions first', async () => {
    await showCharts(reports.vgg, reports.relu);
    await panel.page.locator('.spectrum .walker').focus();
    await panel.page.keyboard.press('Home');
    expect(await textOf('.spectrum .readout')).toBe('50 % of the directions are lost (s = 0)');
    await panel.page.keyboard.press('End');
    expect(await textOf('.spectrum .readout')).toMatch(/^s = 2\.8\d* · .* of the directions pass at less · density/);
    await panel.page.keyboard.press('ArrowRight');
    expect(await textOf('.spectrum .readout')).toMatch(/^s = 2\.8/);
    await panel.page.keyboard.press('Escape');
    expect(await textOf('.spectrum .readout')).toContain('arrow keys');
  });

  test('the axis may be logarithmic, and that is remembered', async () => {
    await showCharts(reports.chaoticTanh, reports.tanh);
    expect(await textOf('.spectrum .lead')).toMatch(
      /^Nine in ten directions pass at 0\.\d+ to 1\.\d+ times the root mean square, the strongest at 2\./,
    );
    const toggle = panel.page.getByLabel('Logarithmic');
    expect(await toggle.isChecked()).toBe(false);
    await toggle.check();
    expect(await panel.state()).toMatchObject({ logarithmicSpectrum: true });
    expect(await panel.colors('.spectrum canvas')).toBeGreaterThan(5);
  });

  test('a spectrum in one point says that it is perfect', async () => {
    const spectrum = { s: [], density: [], below: [], atoms: [{ s: 1, share: 1 }], max: 1, near: 1, log10RootMeanSquare: 0 };
    await showCharts(reports.heMlp, reports.relu, { spectrum: { ...spectrum, quantiles: [1, 1, 1] } });
    expect(await textOf('.spectrum .lead')).toBe(
      'All directions pass equally strongly: perfect isometry. The root mean square itself is 1.',
    );
    expect(await panel.colors('.spectrum canvas')).toBeGreaterThan(3);
  });

  test('where there is none, the reason stands in its place', async () => {
    await showCharts(reports.vgg, reports.relu, { spectrum: { missing: 'a reason' }, circle: { missing: 'another reason' } });
    expect(await textOf('.spectrum')).toContain('The theory has no spectrum for this network: a reason.');
    expect(await textOf('.circle')).toContain('could not be followed: another reason.');
    expect(await panel.page.locator(':is(.spectrum, .circle) canvas:visible').count()).toBe(0);
  });

  test('a circle of inputs turns where the activation is smooth and has corners where it is not', async () => {
    await showCharts(reports.chaoticTanh, reports.tanh);
    expect(await panel.page.locator('.circle figcaption strong').allInnerTexts()).toEqual(['Length', 'Turning']);
    await showCharts(reports.vgg, reports.relu);
    expect(await panel.page.locator('.circle figcaption strong').allInnerTexts()).toEqual(['Length', 'Corners']);
    expect(await textOf('.circle .lead')).toMatch(/shrinks to .* times its length.* and gets corners, where units switch\.$/);
    await panel.page.getByText('Length and bending as a table').click();
    await expect.poll(rows('[data-section=circle-table] tbody tr')).toBe(16);
  });

  test('its crosshair is that of the other charts, and leads to the code', async () => {
    await showCharts(reports.vgg, reports.relu);
    await panel.page.locator('.circle .walker').focus();
    await panel.page.keyboard.press('Home');
    await panel.page.keyboard.press('ArrowRight');
    expect(await textOf('.circle .readout')).toMatch(/^2 of 16: features\.2 · length ×\u20090\.\d+ · corners 2$/);
    expect(await textOf('.depth .readout')).toContain('features.2');
    await panel.page.keyboard.press('Enter');
    expect(await lastPosted()).toEqual({ type: 'revealLayer', model: 0, layer: 1 });
  });
});

describe('keyboard', () => {
  test('arrow keys, Home and End step the common crosshair and Enter reveals', async () => {
    await show([reports.vgg]);
    await panel.page.locator('.depth .walker').focus();
    await panel.page.keyboard.press('Home');
    await panel.page.keyboard.press('ArrowRight');
    expect(await textOf('.depth .readout')).toMatch(/^2 of 16: features\.2 \(Conv2d\) · q /);
    expect(await panel.page.locator('.layers tr.pointed button').textContent()).toBe('features.2');
    await panel.page.keyboard.press('End');
    expect(await textOf('.depth .readout')).toContain('classifier.6');
    await panel.page.keyboard.press('ArrowRight');
    expect(await textOf('.depth .readout')).toContain('16 of 16');
    await panel.page.keyboard.press('Enter');
    expect(await lastPosted()).toEqual({ type: 'revealLayer', model: 0, layer: 15 });
    await panel.page.keyboard.press('Escape');
    expect(await panel.page.locator('tr.pointed').count()).toBe(0);
    expect(await panel.page.locator('.depth .readout').getAttribute('aria-live')).toBe('polite');
  });

  test('the whole page can be walked with Tab alone, and each stop shows its focus', async () => {
    await show([reports.heMlp, reports.vgg]);
    await panel.send(chartsMessage(reports.chartsOf(reports.heMlp, reports.relu)));
    const stops: string[] = [];
    for (let step = 0; step < 45; step++) {
      await panel.page.keyboard.press('Tab');
      stops.push(
        await panel.page.evaluate(() => {
          const { tagName, className, id } = document.activeElement!;
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
          return `${tagName}.${className}#${id} ${outlineStyle === 'none' || outlineWidth === '0px' ? 'invisible' : ''}`;
        }),
      );
    }
    const reached = stops.filter((stop) => !stop.startsWith('BODY'));
    for (const wanted of [
      'SELECT.#model',
      'INPUT.#problems-only',
      'BUTTON.path#',
      'INPUT.#every-operation',
      'DIV.walker#',
      'SUMMARY.#',
    ])
      expect(
        reached.some((stop) => stop.startsWith(wanted)),
        wanted,
      ).toBe(true);
    expect(reached.filter((stop) => stop.endsWith('invisible'))).toEqual([]);
  });

  test('in the phase plane arrow keys step through the marks', async () => {
    await show([reports.vgg]);
    await panel.send(chartsMessage(reports.chartsOf(reports.vgg, reports.relu)));
    await panel.page.locator('.plane .walker').focus();
    await panel.page.keyboard.press('ArrowRight');
    expect(await textOf('.plane .readout')).toBe('features.0 and 15 more · σ_w² 0.333 · σ_b² 5.8·10⁻⁴ · χ₁ 0.167');
    await panel.page.keyboard.press('Enter');
    expect(await lastPosted()).toEqual({ type: 'revealLayer', model: 0, layer: 0 });
  });
});

describe('charts', () => {
  test('each chart is drawn, says in a sentence what it shows, and has a table as its twin', async () => {
    await show([reports.chaoticTanh]);
    await panel.send(chartsMessage(reports.chartsOf(reports.chaoticTanh, reports.tanh)));
    for (const [index, canvas] of [
      '.depth .chart:nth-child(1) canvas',
      '.depth .chart:nth-child(2) canvas',
      '.depth .chart:nth-child(3) canvas',
    ].entries()) {
      expect(await panel.colors(canvas), `chart ${index}`).toBeGreaterThan(10);
      expect(await panel.page.locator(canvas).getAttribute('aria-label')).toMatch(
        /^(q|c|gradient) (falls|rises) from .+ at blocks\.0\.linear to/,
      );
    }
    expect(await panel.colors('.plane .walker canvas')).toBeGreaterThan(100);
    expect(await panel.page.locator('.plane .walker canvas').getAttribute('aria-label')).toBe(
      'Layers with tanh: 50 on the chaotic side.',
    );
    await panel.page.getByText('The same as a table').click();
    await expect.poll(rows('[data-section=depth-table] tbody tr')).toBe(50);
    await panel.page.getByText('The layers of the plane as a table').click();
    await expect.poll(rows('[data-section=plane-table] tbody tr')).toBe(50);
  });

  test('"Every operation" adds what lies between the layers', async () => {
    await show([reports.vgg]);
    await panel.page.getByText('The same as a table').click();
    await expect.poll(rows('[data-section=depth-table] tbody tr')).toBe(16);
    await panel.page.getByLabel('Every operation').check();
    await expect.poll(rows('[data-section=depth-table] tbody tr')).toBe(31);
  });

  test('a change of theme draws everything anew in its colours', async () => {
    await show([reports.chaoticTanh]);
    await panel.send(chartsMessage(reports.chartsOf(reports.chaoticTanh, reports.tanh)));
    const pictures = () =>
      panel.page.evaluate(() =>
        [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL().length + canvas.toDataURL().slice(-400)),
      );
    const light = await pictures();
    await panel.setTheme('vscode-dark');
    const dark = await pictures();
    expect(dark).toHaveLength(light.length);
    dark.forEach((picture, index) => {
      expect(picture === light[index], `canvas ${index} kept its colours`).toBe(false);
    });
    await panel.setTheme('vscode-light');
    expect(await pictures()).toEqual(light);
  });

  test('gaps are named for what they are', async () => {
    await show([reports.residual]);
    expect(await panel.page.locator('.chart canvas').first().getAttribute('aria-label')).toMatch(
      /\d of 20 diverge; 3 of 20 are not known/,
    );
  });

  test('a model of which nothing is known shows question marks and reasons, and no number', async () => {
    await show([reports.nothingKnown]);
    expect(await panel.page.locator('.figures .value').allInnerTexts()).toEqual(['?', '?', '0', '?', '?']);
    expect(await textOf('.badge')).toContain('not known');
    expect(await textOf('.depth')).toContain('could not be followed');
    expect(await textOf('.assumptions')).toContain('The weights of 3 layers.');
  });
});

describe('simulation', () => {
  const simulation = (model: ModelReport): Simulation => ({
    draws: 16,
    width: 0.5,
    mapSize: null,
    points: model.propagation.map(({ q, c, logGradient }) => ({
      q: { mean: Math.log10(q as number) + 0.02, deviation: 0.1 },
      c: c === null ? null : { mean: c, deviation: 0.01 },
      gradient: logGradient === null ? null : { mean: logGradient / Math.LN10 + 0.3, deviation: 0.2 },
      expected: { q: Math.log10(q as number), gradient: logGradient === null ? null : logGradient / Math.LN10 },
    })),
    stops: [],
  });
  const words = () => textOf('.simulation');

  test('is asked for by a button, says how far it is, and lays crosses over the charts', async () => {
    await show([reports.heMlp]);
    const before = await panel.colors('.depth canvas');
    await panel.page.click('text=Check by simulation');
    expect(await lastPosted()).toEqual({ type: 'simulate', model: 0 });
    expect(await words()).toContain('Drawing networks');
    await panel.send({ type: 'simulating', model: 0, done: 4, draws: 16 });
    expect(await words()).toContain('4 of 16 networks');
    expect(await panel.page.locator('.simulation progress').evaluate((meter: HTMLProgressElement) => meter.value)).toBe(4);
    await panel.send({ type: 'simulation', version: 1, model: 0, simulation: simulation(reports.heMlp), reason: null });
    expect(await words()).toMatch(/16 draws at 0\.5 of its width/);
    expect(await words()).toMatch(/the mean squared gradient by a factor of 2 /);
    expect(await panel.page.locator('.simulation progress').isVisible()).toBe(false);
    expect(await panel.colors('.depth canvas')).toBeGreaterThan(before);
  });

  test('can be stopped, and what arrives afterwards is dropped', async () => {
    await show([reports.heMlp]);
    await panel.page.click('text=Check by simulation');
    await panel.page.click('.simulation >> text=Stop');
    expect(await lastPosted()).toEqual({ type: 'cancelSimulation' });
    await panel.send({ type: 'simulation', version: 1, model: 0, simulation: simulation(reports.heMlp), reason: null });
    expect(await words()).not.toContain('draws at');
  });

  test('belongs to the text that it was asked for', async () => {
    await show([reports.heMlp]);
    await panel.page.click('text=Check by simulation');
    await panel.send(reportMessage(reports.fileOf(reports.heMlp), 0, 2));
    expect(await lastPosted()).toEqual({ type: 'cancelSimulation' });
    await panel.send({ type: 'simulation', version: 1, model: 0, simulation: simulation(reports.heMlp), reason: null });
    expect(await words()).not.toContain('draws at');
  });

  test('that fails says why, and can be asked for again', async () => {
    await show([reports.heMlp]);
    await panel.page.click('text=Check by simulation');
    await panel.send({ type: 'simulation', version: 1, model: 0, simulation: null, reason: 'This model is too large.' });
    expect(await words()).toContain('This model is too large.');
    await panel.page.click('text=Check again');
    expect(await lastPosted()).toEqual({ type: 'simulate', model: 0 });
  });
});

describe('state', () => {
  test('choices of the reader are kept, small, and come back', async () => {
    await show([reports.vgg, reports.heMlp]);
    await panel.page.locator('[data-sort=chi1]').click();
    await panel.page.getByLabel('Problems only').check();
    await panel.page.getByText('The same as a table').click();
    await expect.poll(() => panel.state()).toMatchObject({ sections: { 'depth-table': true } });
    const state = await panel.state();
    expect(JSON.stringify(state).length).toBeLessThan(10_240);
    expect(state).toMatchObject({ schema: 1, file: '/models/vgg.py', model: 0, problemsOnly: true, sort: { column: 'chi1' } });

    await show([reports.vgg], { state });
    expect(await panel.page.getByLabel('Problems only').isChecked()).toBe(true);
    expect(await panel.page.locator('th[aria-sort=ascending]').textContent()).toContain('χ₁');
    await expect.poll(rows('[data-section=depth-table] tbody tr')).toBe(16);
  });

  test.each([[null], ['x'], [{ schema: 2 }], [{ schema: 1, sort: { column: 'evil', descending: 1 } }]])(
    'a state of another version or shape (%j) is left aside',
    async (state) => {
      await show([reports.vgg], { state });
      expect(await layerNames()).toHaveLength(16);
      expect(await panel.state()).toMatchObject({ schema: 1, sort: null });
    },
  );
});

describe('safety', () => {
  test('hostile names are text and nothing else', async () => {
    await show([reports.hostile, reports.hostile]);
    const charts = reports.chartsOf(reports.hostile, reports.relu);
    const plane = { ...charts.phasePlanes[0]!, activation: reports.hostileText, note: reports.hostileText };
    await panel.send(
      chartsMessage({
        phasePlanes: [plane, plane],
        spectrum: { missing: reports.hostileText },
        circle: { points: [{ path: reports.hostileText, logLength: 0, turning: 1, corners: null }] },
      }),
      { type: 'stale' },
      { type: 'error', message: reports.hostileText },
    );
    await panel.page.getByText('The same as a table').click();
    await panel.page.locator('.depth .walker').press('ArrowRight');
    await panel.page.waitForTimeout(100);
    expect(await panel.page.locator('img, script:not([nonce]), #root script, a, iframe').count()).toBe(0);
    expect(await panel.page.evaluate('window.hacked')).toBeUndefined();
    expect(await textOf('h1#verdict-title')).toBe(reports.hostileText);
  });

  test('two thousand random messages neither throw nor make the page speak', async () => {
    await show([reports.vgg]);
    const before = await panel.posted();
    for (let batch = 0; batch < 20; batch++) await panel.send(...fc.sample(randomMessage, { seed: 20 + batch, numRuns: 100 }));
    await panel.send(reportMessage(reports.fileOf(reports.vgg), 0, 99));
    expect(await panel.posted()).toEqual(before);
    expect(await layerNames()).toHaveLength(16);
  });

  /** Noise, and true messages with one part replaced by noise: what the guard lets through must also be drawable. */
  const noise = fc.oneof(fc.jsonValue(), fc.constantFrom(null, 'infinity', -1, 0, 1e308, 'x', [], {}));
  const genuine = fc.constantFrom<unknown>(
    reportMessage(reports.fileOf(reports.residual, reports.nothingKnown)),
    reportMessage(reports.empty),
    chartsMessage(reports.chartsOf(reports.vgg, reports.relu)),
    { type: 'stale' },
    { type: 'error', message: 'x' },
  );
  const randomMessage = fc.oneof(
    { weight: 1, arbitrary: noise },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constantFrom('report', 'charts', 'stale', 'error', 'toString'),
        version: noise,
        report: noise,
      }),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(genuine, fc.array(fc.nat(1000), { minLength: 1, maxLength: 9 }), noise)
        .map(([message, path, value]) => replaced(message, path, value)),
    },
  );
});

/** A copy in which the part at a path (each step taken modulo the number of parts) is another value. */
function replaced(value: unknown, [step, ...rest]: number[], noise: unknown): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return noise;
  const keys = Object.keys(value);
  if (keys.length === 0) return noise;
  const key = keys[step % keys.length]!;
  const part = replaced((value as Record<string, unknown>)[key], rest, noise);
  return Array.isArray(value) ? value.with(Number(key), part) : { ...value, [key]: part };
}

const firstPaint = () => panel.page.evaluate(() => performance.getEntriesByName('first-paint')[0]?.startTime);

describe('looks', () => {
  test.each([320, 480, 1200])('nothing makes the page scroll sideways at %i pixels', async (width) => {
    for (const model of [reports.residual, reports.longChain, { ...reports.hostile, name: 'W'.repeat(200) }]) {
      await show([model], { width });
      await panel.send(chartsMessage(reports.chartsOf(model, reports.relu)));
      expect(await panel.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
  });

  test('nothing moves where the reader asked for that', async () => {
    await open({ reducedMotion: true });
    expect(
      await panel.page
        .locator('.bone')
        .first()
        .evaluate((bone) => getComputedStyle(bone).animationName),
    ).toBe('none');
    await open();
    expect(
      await panel.page
        .locator('.bone')
        .first()
        .evaluate((bone) => getComputedStyle(bone).animationName),
    ).toBe('breathe');
    await panel.page.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
    expect(
      await panel.page
        .locator('.bone')
        .first()
        .evaluate((bone) => getComputedStyle(bone).animationName),
    ).toBe('none');
  });

  test('all controls are at least 24 pixels high', async () => {
    await show([reports.vgg, reports.heMlp]);
    await panel.send(chartsMessage(reports.chartsOf(reports.vgg, reports.relu)));
    const small = await panel.page.evaluate(() =>
      [...document.querySelectorAll('button:not(:disabled), select, label.toggle, summary')]
        .filter((one) => one.getBoundingClientRect().height < 24)
        .map((one) => one.outerHTML),
    );
    expect(small).toEqual([]);
  });

  test('the script stays below 260 KB, and its first paint is quick', async () => {
    expect(browser.scriptSize).toBeLessThan(260 * 1024);
    await open();
    await expect.poll(firstPaint).toBeDefined();
    const paint = await firstPaint();
    const started = performance.now();
    await panel.send(reportMessage(reports.fileOf(reports.vgg)));
    console.log(
      `script ${browser.scriptSize} bytes, first paint ${paint?.toFixed(0)} ms, report drawn ${(performance.now() - started).toFixed(0)} ms`,
    );
  });
});

describe('accessibility', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const states: [string, unknown[]][] = [
    [
      'report',
      [
        reportMessage(reports.fileOf(reports.chaoticTanh, reports.vgg)),
        chartsMessage(reports.chartsOf(reports.chaoticTanh, reports.tanh)),
      ],
    ],
    ['unknowns', [reportMessage(reports.fileOf(reports.residual))]],
    ['stale', [reportMessage(reports.fileOf(reports.vgg)), { type: 'stale' }]],
    ['empty', [reportMessage(reports.empty)]],
    ['error', [{ type: 'error', message: 'The server stopped.' }]],
  ];
  test.each(themes)('axe finds nothing in any state under %s', async (theme) => {
    for (const [state, messages] of states) {
      await open({ theme });
      await panel.send(...messages);
      for (const summary of await panel.page.locator('details > summary').all()) await summary.click();
      await panel.page.evaluate(axe);
      expect(await panel.page.evaluate(runAxe), state).toEqual([]);
    }
  });
});

type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };

async function runAxe(): Promise<string[]> {
  const { violations } = await (window as unknown as { axe: Axe }).axe.run();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
