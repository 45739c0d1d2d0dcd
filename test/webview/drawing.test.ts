import { describe, expect, test } from 'vitest';
import { depthSeries, summarize } from '../../webview/charts/depth-series.js';
import { isDrawable, logChi1At } from '../../webview/charts/phase-grid.js';
import { placeless, planeMarkers } from '../../webview/charts/plane-markers.js';
import { fileName } from '../../webview/file-name.js';
import { provenanceShares } from '../../webview/layer-facts.js';
import { readMessage } from '../../webview/message-guard.js';
import { showCorrelation } from '../../webview/number-format.js';
import { stops } from '../../webview/signal.js';
import * as reports from './reports.js';

describe('what the charts draw', () => {
  test('a gradient below the smallest floating-point number keeps its place on the logarithmic axis', () => {
    const path = stops(reports.longChain, false);
    const gradient = depthSeries(path)[2]!;
    // 399 layers at χ = 0.1 each; the chart shows the root of the mean square.
    expect(gradient.heights[0]).toBeCloseTo(-399 / 2, 6);
    expect(gradient.heights.at(-1)).toBe(0);
    expect(gradient.tick(-150)).toBe('10⁻¹⁵⁰');
  });

  test('q has a logarithmic axis only where it spans decades', () => {
    expect(depthSeries(stops(reports.vgg, false))[0]!.logarithmic).toBe(true);
    expect(depthSeries(stops(reports.heMlp, false))[0]!.logarithmic).toBe(false);
  });

  test('an operation between layers belongs to the layer before it', () => {
    const all = stops(reports.vgg, true);
    expect(all).toHaveLength(31);
    expect(all[1]).toMatchObject({ layer: 0, own: false });
    expect(stops(reports.vgg, false).every(({ own }) => own)).toBe(true);
  });

  test('the sentence of a chart without a known number says so', () => {
    const empty = { ...reports.vgg, propagation: reports.vgg.propagation.map((point) => ({ ...point, c: null })) };
    const path = stops(empty, false);
    expect(
      summarize(
        depthSeries(path)[1]!,
        path.map(() => 'x'),
      ),
    ).toMatch(/not known at any layer/);
  });

  test('close to 1 a correlation shows its distance from 1', () => {
    expect(showCorrelation(1 - 1e-9)).toBe('1 − 10⁻⁹');
    expect(showCorrelation(1)).toBe('1');
    expect(showCorrelation(0.5)).toBe('0.5');
    expect(showCorrelation(null)).toBe('?');
  });
});

describe('the phase plane', () => {
  const grid = { sigmaW2: [0, 2], sigmaB2: [0, 1], chi1: [1, 4, 1, 4] };

  test('between grid points χ₁ is interpolated as the growth factor it is', () => {
    // Half way between ×1 and ×4 lies ×2.
    expect(Math.exp(logChi1At(grid, { sigmaW2: 1, sigmaB2: 0.5 })!)).toBeCloseTo(2, 12);
    expect(Math.exp(logChi1At(grid, { sigmaW2: 2, sigmaB2: 1 })!)).toBeCloseTo(4, 12);
  });

  test('there is no χ₁ outside of the grid or beside a place where q diverges', () => {
    expect(logChi1At(grid, { sigmaW2: 2.1, sigmaB2: 0 })).toBeNull();
    expect(logChi1At(grid, { sigmaW2: Number.NaN, sigmaB2: 0 })).toBeNull();
    expect(logChi1At({ ...grid, chi1: [1, null, 1, 4] }, { sigmaW2: 1, sigmaB2: 0.5 })).toBeNull();
  });

  test('a grid that does not fit its axes is not drawn', () => {
    expect(isDrawable(grid)).toBe(true);
    expect(isDrawable({ ...grid, chi1: [1] })).toBe(false);
    expect(isDrawable({ ...grid, sigmaW2: [2, 0] })).toBe(false);
    expect(isDrawable({ sigmaW2: [], sigmaB2: [], chi1: [] })).toBe(false);
  });

  test('equal layers are one mark, the farthest from χ₁ = 1 is the worst, and a layer without variance has no place', () => {
    const [plane] = reports.chartsOf(reports.vgg, reports.relu).phasePlanes;
    expect(planeMarkers(reports.vgg, plane!)).toEqual([
      expect.objectContaining({ layers: Array.from({ length: 16 }, (_, index) => index), worst: true, outside: false }),
    ]);
    const first = reports.vgg.layers[0]!;
    const torn = {
      ...reports.vgg,
      layers: [
        { ...first, weight: { ...first.weight!, sigmaW2: null } },
        { ...first, weight: { ...first.weight!, sigmaW2: 90 } },
      ],
    };
    expect(placeless(torn, plane!)).toEqual([0]);
    expect(planeMarkers(torn, plane!)).toMatchObject([{ layers: [1], outside: true }]);
  });

  test('a plane of the text before the last edit shows only layers that still have its activation', () => {
    const [plane] = reports.chartsOf(reports.vgg, reports.relu).phasePlanes;
    expect(planeMarkers(reports.chaoticTanh, plane!)).toEqual([]);
  });

  test('a layer whose output is normalized has no place in the plane', () => {
    const [plane] = reports.chartsOf(reports.vgg, reports.relu).phasePlanes;
    const normalized = {
      ...reports.vgg,
      layers: reports.vgg.layers.map((layer, index) => ({ ...layer, normalized: index > 0 })),
    };
    expect(planeMarkers(normalized, plane!)).toMatchObject([{ layers: [0] }]);
  });
});

describe('where numbers come from', () => {
  test('each weight and each bias is counted once, as code, default or unknown', () => {
    expect(provenanceShares(reports.vgg)).toEqual({ code: 0, default: 32, unknown: 0 });
    expect(provenanceShares(reports.residual)).toEqual({ code: 17, default: 0, unknown: 3 });
    const [first, ...rest] = reports.residual.layers;
    const drawnByFramework = { ...first!, weight: { ...first!.weight!, byFramework: true } };
    expect(provenanceShares({ ...reports.residual, layers: [drawnByFramework, ...rest] })).toEqual({
      code: 16,
      default: 1,
      unknown: 3,
    });
  });
});

describe('messages from outside', () => {
  const good = { type: 'report', file: 'a.py', version: 1, report: reports.fileOf(reports.residual), model: 0 };

  test('a message of the protocol is passed on as it is', () => {
    expect(readMessage(good)).toBe(good);
    expect(readMessage({ type: 'stale' })).toEqual({ type: 'stale' });
    expect(
      readMessage({ type: 'charts', version: 1, model: 0, charts: reports.chartsOf(reports.vgg, reports.relu) }),
    ).not.toBeNull();
  });

  test.each([
    [null],
    [42],
    ['stale'],
    [{}],
    [{ type: 'reveal' }],
    [{ type: 'error' }],
    [{ type: 'charts', version: 1, model: 0 }],
    [[{ type: 'stale' }]],
  ])('anything else is dropped: %j', (data) => {
    expect(readMessage(data)).toBeNull();
  });

  test('NaN, a negative index or a missing part makes a report unreadable', () => {
    const spoiled = (change: object) => readMessage({ ...good, ...change });
    for (const change of [{ model: -1 }, { version: Number.NaN }, { report: { ...good.report, models: [{}] } }, { report: null }])
      expect(spoiled(change)).toMatchObject({ type: 'error' });
  });

  test('fields that a later version adds do no harm', () => {
    expect(readMessage({ ...good, report: { ...good.report, later: true } })).not.toMatchObject({ type: 'error' });
  });

  test('a file is called by its name, also in a URI and with broken escapes', () => {
    expect(fileName('file:///models/my%20net%C3%A9.py')).toBe('my neté.py');
    expect(fileName('/models/100%.py')).toBe('100%.py');
    expect(fileName('file:///models/100%.py')).toBe('100%.py');
    expect(fileName('C:\\models\\net.py')).toBe('net.py');
  });
});
