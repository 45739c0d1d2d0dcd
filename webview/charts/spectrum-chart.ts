import type { Plugin } from 'chart.js';
import { showNumber, showPower } from '../number-format.js';
import type { Palette } from '../theme.js';
import { baseOptions, Chart, type ScatterChart } from './chart-kit.js';
import { label } from './depth-chart.js';
import { percent, type SpectrumSeries } from './spectrum-series.js';

export interface SpectrumChart {
  chart: ScatterChart;
  /** Moves the crosshair to a stop; `null` takes it away. */
  pointAt(stop: number | null): void;
}

/** Draws the density of singular values as an area, its atoms as stems, the root mean square and the largest as lines. */
export function drawSpectrumChart(
  canvas: HTMLCanvasElement,
  series: SpectrumSeries,
  max: number,
  palette: Palette,
): SpectrumChart {
  let pointed: number | null = null;
  const { logarithmic, points, range, top } = series;
  const tick = (value: number): string => {
    if (logarithmic) return Number.isInteger(value) ? showPower(value) : '';
    // The end of the axis is no round number.
    return value === range[1] ? '' : showNumber(value);
  };
  const options = baseOptions(
    palette,
    'singular value s, relative to the root mean square',
    points.length === 0 ? '' : logarithmic ? 'density per decade' : 'density',
  );
  Object.assign(options.scales!.x!, { min: range[0], max: range[1] });
  Object.assign(options.scales!.y!, { min: 0, max: top });
  Object.assign(options.scales!.x!.ticks!, {
    precision: undefined,
    callback: (value: number | string) => tick(Number(value)),
    ...(logarithmic ? { stepSize: 1 } : {}),
  });
  Object.assign(options.scales!.y!.ticks!, {
    display: points.length > 0,
    callback: (value: number | string) => (Number(value) === top ? '' : showNumber(Number(Number(value).toPrecision(2)))),
  });
  Object.assign(options.scales!.y!.grid!, { display: points.length > 0 });
  const chart: ScatterChart = new Chart(canvas, {
    type: 'scatter',
    data: {
      datasets: [
        { data: points, showLine: true, borderColor: palette.accent, borderWidth: 2, pointRadius: 0, pointStyle: 'circle' },
      ],
    },
    options,
    plugins: [areaPlugin(series, palette), marksPlugin(series, max, palette), crosshairPlugin(series, () => pointed, palette)],
  });
  return {
    chart,
    pointAt(stop) {
      pointed = stop;
      chart.draw();
    },
  };
}

function areaPlugin({ points }: SpectrumSeries, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'area',
    beforeDatasetsDraw({ ctx, chartArea, scales }) {
      const { x, y } = scales;
      const [first, last] = [points[0], points.at(-1)];
      if (!x || !y || !first || !last) return;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.beginPath();
      ctx.moveTo(x.getPixelForValue(first.x), chartArea.bottom);
      for (const point of points) ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.y));
      ctx.lineTo(x.getPixelForValue(last.x), chartArea.bottom);
      ctx.fillStyle = palette.accent;
      ctx.globalAlpha = palette.highContrast ? 0 : 0.16;
      ctx.fill();
      ctx.restore();
    },
  };
}

/** Stems are as high as their share of the chart: a point mass has no density. */
function marksPlugin({ logarithmic, atoms }: SpectrumSeries, max: number, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'marks',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const { x } = scales;
      if (!x) return;
      ctx.save();
      ctx.strokeStyle = palette.foreground;
      ctx.fillStyle = palette.foreground;
      const beside = (text: string, at: number, height: number) => {
        const right = at + 8 + ctx.measureText(text).width < chartArea.right;
        label(ctx, text, right ? at + 6 : at - 6, height, right ? 'left' : 'right', palette);
      };
      ctx.font = `${palette.fontSize}px ${palette.font}`;
      const lines: [string, number][] = [
        ['root mean square', logarithmic ? 0 : 1],
        [`largest ${showNumber(max)}`, logarithmic ? Math.log10(max) : max],
      ];
      // A spectrum in one point has both lines in one place.
      const apart = x.getPixelForValue(lines[1]![1]) - x.getPixelForValue(lines[0]![1]) > 3;
      lines.slice(0, apart ? 2 : 1).forEach(([text, value], row) => {
        const at = x.getPixelForValue(value);
        ctx.setLineDash([6, 4]);
        ctx.beginPath();
        ctx.moveTo(at, chartArea.top);
        ctx.lineTo(at, chartArea.bottom);
        ctx.stroke();
        beside(text, at, chartArea.top + 2 + row * (palette.fontSize + 5));
      });
      ctx.setLineDash([]);
      for (const { x: place, share, zero } of atoms) {
        const at = x.getPixelForValue(place);
        const tip = chartArea.bottom - Math.max(10, share * (chartArea.height - 24));
        ctx.lineWidth = 3;
        ctx.beginPath();
        ctx.moveTo(at, chartArea.bottom);
        ctx.lineTo(at, tip);
        ctx.stroke();
        ctx.beginPath();
        ctx.arc(at, tip, 5, 0, 2 * Math.PI);
        ctx.fill();
        beside(
          `${percent(share)} at ${zero ? '0' : showNumber(logarithmic ? 10 ** place : place)}`,
          at + 4,
          tip - palette.fontSize / 2,
        );
      }
      ctx.restore();
    },
  };
}

function crosshairPlugin(
  { stops, logarithmic, range }: SpectrumSeries,
  pointed: () => number | null,
  palette: Palette,
): Plugin<'scatter'> {
  return {
    id: 'crosshair',
    afterDraw({ ctx, chartArea, scales }) {
      const index = pointed();
      const stop = index === null ? undefined : stops[index];
      if (!stop || !scales.x || !scales.y) return;
      const value = !logarithmic ? stop.s : stop.s === 0 ? range[0] : Math.log10(stop.s);
      const at = scales.x.getPixelForValue(Math.max(range[0], value));
      ctx.save();
      ctx.strokeStyle = palette.foreground;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(at, chartArea.top);
      ctx.lineTo(at, chartArea.bottom);
      ctx.stroke();
      if (stop.height !== null) {
        ctx.beginPath();
        ctx.arc(at, Math.max(chartArea.top, scales.y.getPixelForValue(stop.height)), 6, 0, 2 * Math.PI);
        ctx.lineWidth = 2;
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}
