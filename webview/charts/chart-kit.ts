import { Chart, type ChartOptions, LinearScale, LineElement, PointElement, ScatterController } from 'chart.js';
import type { Palette } from '../theme.js';

Chart.register(ScatterController, LineElement, PointElement, LinearScale);

export type ScatterChart = Chart<'scatter', { x: number; y: number | null }[]>;

/** Width of every vertical axis, so that charts above each other share their horizontal axis to the pixel. */
const axisWidth = 58;

/** Options that all charts of the panel share: the theme's type and colours, no legend, no tooltip, no surprise. */
export function baseOptions(palette: Palette, xTitle: string | null, yTitle: string): ChartOptions<'scatter'> {
  const font = { family: palette.font, size: palette.fontSize };
  const axis = {
    grid: { color: palette.grid, tickColor: palette.border },
    border: { color: palette.border },
    title: { color: palette.muted, font, padding: 2 },
  };
  const ticks = { color: palette.muted, font };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    events: [],
    normalized: true,
    layout: { padding: { top: 8, right: 10 } },
    scales: {
      x: {
        ...axis,
        type: 'linear',
        title: { ...axis.title, display: xTitle !== null, text: xTitle ?? '' },
        ticks: { ...ticks, precision: 0, maxRotation: 0, autoSkipPadding: 12 },
      },
      y: {
        ...axis,
        type: 'linear',
        title: { ...axis.title, display: yTitle !== '', text: yTitle },
        ticks: { ...ticks, maxTicksLimit: 7 },
        afterFit: (scale) => {
          scale.width = axisWidth;
        },
      },
    },
  };
}

export { Chart };
