import type { Plugin } from 'chart.js';
import type { PhasePlane } from '../../language-server/protocol.js';
import type { Palette } from '../theme.js';
import { baseOptions, Chart, type ScatterChart } from './chart-kit.js';
import type { ColorMap } from './color-map.js';
import { label } from './depth-chart.js';
import { type Grid, logChi1At } from './phase-grid.js';
import type { PlaneMarker } from './plane-markers.js';

export interface PhaseChart {
  chart: ScatterChart;
  pointAt(marker: number | null): void;
}

/** Draws χ₁ over (σ_w², σ_b²) as heat, the line χ₁ = 1 on it, and the layers as marks. */
export function drawPhaseChart(
  canvas: HTMLCanvasElement,
  plane: PhasePlane,
  markers: PlaneMarker[],
  colors: ColorMap,
  palette: Palette,
): PhaseChart {
  let pointed: number | null = null;
  const options = baseOptions(palette, 'σ_w²', 'σ_b²');
  const { grid } = plane;
  Object.assign(options.scales!.x!, { min: grid.sigmaW2[0], max: grid.sigmaW2.at(-1) });
  Object.assign(options.scales!.y!, { min: grid.sigmaB2[0], max: grid.sigmaB2.at(-1) });
  for (const axis of [options.scales!.x!, options.scales!.y!]) {
    Object.assign(axis.grid!, { drawOnChartArea: false });
    // Whole-number ticks suit layer indices; here the axes are real numbers.
    Object.assign(axis.ticks!, { precision: undefined });
  }
  const line = plane.criticalLine.map(({ sigmaW2, sigmaB2 }) => ({ x: sigmaW2, y: sigmaB2 }));
  const chart: ScatterChart = new Chart(canvas, {
    type: 'scatter',
    data: {
      datasets: [
        {
          data: line,
          showLine: true,
          borderColor: palette.foreground,
          backgroundColor: palette.foreground,
          borderWidth: 2,
          pointRadius: line.length === 1 ? 4 : 0,
          pointStyle: 'rectRot',
          segment: { borderDash: ({ p1DataIndex }) => (plane.criticalLine[p1DataIndex]?.attracting ? undefined : [3, 4]) },
        },
      ],
    },
    options,
    plugins: [
      heatPlugin(grid, colors, palette),
      namesPlugin(plane, palette),
      markerPlugin(markers, () => pointed, grid, palette),
    ],
  });
  return {
    chart,
    pointAt(marker) {
      pointed = marker;
      chart.draw();
    },
  };
}

/** The heat is painted once for a size and kept: one pixel of the picture is one CSS pixel of the chart. */
function heatPlugin(grid: Grid, colors: ColorMap, palette: Palette): Plugin<'scatter'> {
  let painted: { width: number; height: number; picture: HTMLCanvasElement } | null = null;
  return {
    id: 'heat',
    beforeDatasetsDraw({ ctx, chartArea }) {
      const [width, height] = [Math.max(1, Math.round(chartArea.width)), Math.max(1, Math.round(chartArea.height))];
      if (painted?.width !== width || painted.height !== height)
        painted = { width, height, picture: paintHeat(grid, colors, width, height) };
      ctx.save();
      ctx.fillStyle = hatching(ctx, palette);
      ctx.fillRect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.drawImage(painted.picture, chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.restore();
    },
  };
}

function paintHeat(grid: Grid, colors: ColorMap, width: number, height: number): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  [picture.width, picture.height] = [width, height];
  const ctx = picture.getContext('2d');
  if (!ctx) return picture;
  const image = ctx.createImageData(width, height);
  const between = (axis: number[], share: number) => axis[0]! + share * (axis.at(-1)! - axis[0]!);
  for (let row = 0; row < height; row++) {
    const sigmaB2 = between(grid.sigmaB2, 1 - (row + 0.5) / height);
    for (let column = 0; column < width; column++) {
      const logChi1 = logChi1At(grid, { sigmaW2: between(grid.sigmaW2, (column + 0.5) / width), sigmaB2 });
      if (logChi1 !== null) image.data.set([...colors.color(logChi1), 255], 4 * (row * width + column));
    }
  }
  ctx.putImageData(image, 0, 0);
  return picture;
}

/** Where q diverges there is no χ₁: stripes instead of a colour. */
function hatching(ctx: CanvasRenderingContext2D, palette: Palette): CanvasPattern | string {
  const tile = document.createElement('canvas');
  [tile.width, tile.height] = [8, 8];
  const pen = tile.getContext('2d');
  if (!pen) return palette.background;
  pen.fillStyle = palette.background;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = palette.muted;
  pen.globalAlpha = 0.6;
  for (const shift of [-8, 0, 8]) {
    pen.moveTo(shift, 8);
    pen.lineTo(shift + 8, 0);
  }
  pen.stroke();
  return ctx.createPattern(tile, 'repeat') ?? palette.background;
}

/** Names stand on the regions themselves, so that no legend has to be matched by colour. */
function namesPlugin({ grid, criticalLine }: PhasePlane, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'names',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const { x, y } = scales;
      if (!x || !y) return;
      const write = (text: string, place: { sigmaW2: number; sigmaB2: number } | null, beside = 0) => {
        if (!place) return;
        const left = x.getPixelForValue(place.sigmaW2);
        const half = ctx.measureText(text).width / 2 + 6;
        const middle = Math.max(chartArea.left + half, Math.min(chartArea.right - half, left + beside * half));
        label(ctx, text, middle, Math.max(chartArea.top + 6, y.getPixelForValue(place.sigmaB2) - 8), 'center', palette);
      };
      write(
        '▼ ordered',
        regionCentre(grid, (logChi1) => logChi1 < 0),
      );
      write(
        '▲ chaotic',
        regionCentre(grid, (logChi1) => logChi1 > 0),
      );
      write('q diverges', regionCentre(grid, null));
      const end = criticalLine.findLast(({ sigmaW2, sigmaB2 }) => sigmaW2 <= x.max && sigmaB2 <= y.max * 0.97);
      if (end) write('χ₁ = 1', { ...end, sigmaB2: Math.max(end.sigmaB2, y.max * 0.07) }, criticalLine.length > 1 ? -1.1 : 0);
    },
  };
}

/** Mean place of the grid points in a region, moved to the nearest of them; `null` for a region too small to name. */
function regionCentre(grid: Grid, belongs: ((logChi1: number) => boolean) | null): { sigmaW2: number; sigmaB2: number } | null {
  const places = grid.chi1.flatMap((chi1, index) => {
    const inside = chi1 === null ? belongs === null : belongs?.(Math.log(chi1)) === true;
    return inside ? [{ row: Math.floor(index / grid.sigmaW2.length), column: index % grid.sigmaW2.length }] : [];
  });
  if (places.length < grid.chi1.length * 0.05) return null;
  const mean = (axis: 'row' | 'column') => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
  const [row, column] = [mean('row'), mean('column')];
  const distance = (place: { row: number; column: number }) => (place.row - row) ** 2 + (place.column - column) ** 2;
  const nearest = places.reduce((best, place) => (distance(place) < distance(best) ? place : best));
  return { sigmaW2: grid.sigmaW2[nearest.column]!, sigmaB2: grid.sigmaB2[nearest.row]! };
}

/** Where a marker is drawn, in pixels of the canvas: a layer outside of the plane waits at its edge. */
export function markerPosition(
  { scales }: ScatterChart,
  { sigmaW2, sigmaB2 }: PlaneMarker,
  grid: Grid,
): { x: number; y: number } {
  const inside = (axis: number[], value: number) => Math.max(axis[0]!, Math.min(axis.at(-1)!, value));
  return {
    x: scales.x!.getPixelForValue(inside(grid.sigmaW2, sigmaW2)),
    y: scales.y!.getPixelForValue(inside(grid.sigmaB2, sigmaB2)),
  };
}

function markerPlugin(markers: PlaneMarker[], pointed: () => number | null, grid: Grid, palette: Palette): Plugin<'scatter'> {
  return {
    id: 'markers',
    afterDatasetsDraw(chart) {
      const { ctx } = chart;
      markers.forEach((marker, index) => {
        const { x, y } = markerPosition(chart as unknown as ScatterChart, marker, grid);
        const ring = (radius: number, width: number, dash: number[] = []) => {
          ctx.beginPath();
          ctx.setLineDash(dash);
          ctx.arc(x, y, radius, 0, 2 * Math.PI);
          ctx.lineWidth = width;
          ctx.stroke();
        };
        ctx.save();
        ctx.fillStyle = palette.foreground;
        ctx.strokeStyle = palette.background;
        drawMark(ctx, x, y, marker.outside);
        ctx.strokeStyle = palette.foreground;
        if (marker.worst) ring(9, 1.5, [3, 2]);
        if (index === pointed()) ring(12, 2);
        ctx.restore();
        const words = [marker.layers.length > 1 ? `×${marker.layers.length}` : '', marker.worst ? 'worst' : '']
          .filter(Boolean)
          .join(' ');
        const right = x < chart.chartArea.right - 90;
        if (words) label(ctx, words, right ? x + 16 : x - 16, y - palette.fontSize - 4, right ? 'left' : 'right', palette);
      });
    },
  };
}

/** A disc inside of the plane, a triangle for a layer that lies beyond its edge. */
function drawMark(ctx: CanvasRenderingContext2D, x: number, y: number, outside: boolean) {
  ctx.beginPath();
  if (outside) {
    ctx.moveTo(x, y - 6);
    ctx.lineTo(x + 6, y + 5);
    ctx.lineTo(x - 6, y + 5);
    ctx.closePath();
  } else ctx.arc(x, y, 5, 0, 2 * Math.PI);
  ctx.lineWidth = 2;
  ctx.stroke();
  ctx.fill();
}
