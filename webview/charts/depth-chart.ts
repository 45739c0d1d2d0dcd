import type { Plugin } from 'chart.js';
import type { Palette } from '../theme.js';
import { baseOptions, Chart, type ScatterChart } from './chart-kit.js';
import type { DepthSeries } from './depth-series.js';

/** A depth after which the signal is gone, drawn as a line across the chart. */
export interface DepthMark {
  depth: number;
  label: string;
}

export interface DepthChart {
  chart: ScatterChart;
  /** Moves the crosshair to a stop; `null` takes it away. */
  pointAt(stop: number | null): void;
}

/** Draws one quantity through depth, with its tolerable band, a mark of the trainable depth and a crosshair. */
export function drawDepthChart(
  canvas: HTMLCanvasElement,
  series: DepthSeries,
  palette: Palette,
  { xTitle, mark }: { xTitle: string | null; mark: DepthMark | null },
): DepthChart {
  let pointed: number | null = null;
  const options = baseOptions(palette, xTitle, '');
  const count = series.heights.length;
  Object.assign(options.scales!.x!, { min: 1, max: Math.max(2, count) });
  const [suggestedMin, suggestedMax] = withDraws(series);
  Object.assign(options.scales!.y!, { suggestedMin, suggestedMax });
  Object.assign(options.scales!.y!.ticks!, {
    callback: (value: number | string) => series.tick(Number(value)),
    ...(series.logarithmic ? { precision: 0 } : {}),
  });
  if (xTitle === null) Object.assign(options.scales!.x!.ticks!, { display: false });

  const chart: ScatterChart = new Chart(canvas, {
    type: 'scatter',
    data: {
      datasets: [
        {
          data: series.heights.map((y, index) => ({ x: index + 1, y })),
          showLine: true,
          borderColor: palette.accent,
          backgroundColor: palette.accent,
          borderWidth: 2,
          pointStyle: series.pointStyle,
          pointRadius: ({ dataIndex }) => (count <= 60 || isolated(series.heights, dataIndex) ? 3 : 0),
          clip: 6,
        },
      ],
    },
    options,
    plugins: [
      bandPlugin(series, palette),
      drawsPlugin(series, palette),
      measuredPlugin(series, palette),
      markPlugin(mark, palette),
      crosshairPlugin(() => pointed, series, palette),
    ],
  });
  return {
    chart,
    pointAt(stop) {
      pointed = stop;
      chart.draw();
    },
  };
}

/** The range of the axis with all that lies around the curve. */
function withDraws({ suggested, draws = [], measured = [] }: DepthSeries): [number, number] {
  const around = [...draws, ...measured].flatMap((one) => (one ? [one.from, one.to] : []));
  return [Math.min(suggested[0], ...around), Math.max(suggested[1], ...around)];
}

const isolated = (heights: (number | null)[], index: number) =>
  (heights[index - 1] ?? null) === null && (heights[index + 1] ?? null) === null;

function bandPlugin({ band }: DepthSeries, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'band',
    beforeDatasetsDraw({ ctx, chartArea, scales }) {
      if (!band || !scales.y) return;
      const [top, bottom] = [scales.y.getPixelForValue(band.to), scales.y.getPixelForValue(band.from)];
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.fillStyle = palette.band;
      ctx.fillRect(chartArea.left, top, chartArea.width, bottom - top);
      ctx.strokeStyle = palette.muted;
      ctx.setLineDash([2, 4]);
      ctx.strokeRect(chartArea.left - 1, top, chartArea.width + 2, bottom - top);
      ctx.restore();
    },
  };
}

/** A strip around the curve, broken where it is not known. */
function drawsPlugin({ draws = [] }: DepthSeries, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'draws',
    beforeDatasetsDraw({ ctx, chartArea, scales }) {
      const { x, y } = scales;
      if (!x || !y) return;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.fillStyle = palette.accent;
      ctx.globalAlpha = palette.highContrast ? 0.35 : 0.18;
      for (const stretch of stretches(draws)) {
        ctx.beginPath();
        for (const { stop, to } of stretch) ctx.lineTo(x.getPixelForValue(stop + 1), y.getPixelForValue(to));
        for (const { stop, from } of stretch.toReversed()) ctx.lineTo(x.getPixelForValue(stop + 1), y.getPixelForValue(from));
        ctx.fill();
      }
      ctx.restore();
    },
  };
}

/** A bar over one standard deviation of the draws, with their mean: in the colour of text, so that it is told from the curve. */
function measuredPlugin({ measured = [] }: DepthSeries, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'measured',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const { x, y } = scales;
      if (!x || !y || measured.length === 0) return;
      const half = measured.length <= 60 ? 3 : 1.5;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left - 4, chartArea.top, chartArea.width + 8, chartArea.height);
      ctx.clip();
      ctx.strokeStyle = palette.foreground;
      ctx.lineWidth = measured.length <= 60 ? 1.5 : 1;
      measured.forEach((one, stop) => {
        if (!one) return;
        const at = x.getPixelForValue(stop + 1);
        const middle = y.getPixelForValue(one.at);
        line(ctx, at, y.getPixelForValue(one.from), y.getPixelForValue(one.to));
        ctx.beginPath();
        ctx.moveTo(at - half, middle - half);
        ctx.lineTo(at + half, middle + half);
        ctx.moveTo(at - half, middle + half);
        ctx.lineTo(at + half, middle - half);
        ctx.stroke();
      });
      ctx.restore();
    },
  };
}

/** Runs of neighbouring stops that are known. */
function stretches(draws: NonNullable<DepthSeries['draws']>): { stop: number; from: number; to: number }[][] {
  const found: { stop: number; from: number; to: number }[][] = [[]];
  draws.forEach((one, stop) => {
    if (one) found.at(-1)!.push({ stop, ...one });
    else found.push([]);
  });
  return found.filter(({ length }) => length > 0);
}

function markPlugin(mark: DepthMark | null, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'mark',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      if (!mark || !scales.x || mark.depth < scales.x.min || mark.depth > scales.x.max) return;
      const x = scales.x.getPixelForValue(mark.depth);
      ctx.save();
      ctx.strokeStyle = palette.foreground;
      ctx.setLineDash([6, 4]);
      line(ctx, x, chartArea.top, chartArea.bottom);
      ctx.font = `${palette.fontSize}px ${palette.font}`;
      const right = x + 6 + ctx.measureText(mark.label).width < chartArea.right;
      label(ctx, mark.label, right ? x + 5 : x - 5, chartArea.bottom - palette.fontSize - 5, right ? 'left' : 'right', palette);
      ctx.restore();
    },
  };
}

function crosshairPlugin(pointed: () => number | null, { heights }: DepthSeries, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'crosshair',
    afterDraw({ ctx, chartArea, scales }) {
      const stop = pointed();
      if (stop === null || !scales.x || !scales.y) return;
      const x = scales.x.getPixelForValue(stop + 1);
      ctx.save();
      ctx.strokeStyle = palette.foreground;
      ctx.lineWidth = 1;
      line(ctx, x, chartArea.top, chartArea.bottom);
      const height = heights[stop] ?? null;
      if (height !== null) {
        ctx.beginPath();
        ctx.arc(x, scales.y.getPixelForValue(height), 6, 0, 2 * Math.PI);
        ctx.lineWidth = 2;
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}

function line(ctx: CanvasRenderingContext2D, x: number, top: number, bottom: number) {
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, bottom);
  ctx.stroke();
}

/** Text on a halo of the background, so that it stays readable over curves and colours. */
export function label(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  palette: Palette,
): void {
  ctx.save();
  ctx.setLineDash([]);
  ctx.font = `${palette.fontSize}px ${palette.font}`;
  ctx.textAlign = align;
  ctx.textBaseline = 'top';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4;
  ctx.strokeStyle = palette.background;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = palette.foreground;
  ctx.fillText(text, x, y);
  ctx.restore();
}
