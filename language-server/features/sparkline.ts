import type { PropagationPoint } from '../protocol.js';

/**
 * A small chart of the decimal logarithms of signal length and squared gradient through depth, as an image that a hover can show.
 * Hovers know nothing of the theme, so the colours are those that stand out on light and on dark.
 *
 * @returns a data URI of at most 4 KB; null with fewer than three points
 */
export function sparkline(points: readonly PropagationPoint[]): string | null {
  const gradients = sampled(points.map(({ logGradient }) => logGradient));
  const lengths = sampled(points.map(({ q }) => (typeof q === 'number' && q > 0 ? Math.log(q) : null)));
  const values = [...gradients, ...lengths].filter((value) => value !== null);
  if (values.length < 3) return null;
  const low = Math.min(...values, 0);
  const high = Math.max(...values, 0);
  const scale = (value: number) => height - margin - ((value - low) / (high - low || 1)) * (height - 2 * margin);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="9">`,
    `<path d="M0 ${scale(0).toFixed(1)}H${width}" stroke="#888" stroke-dasharray="2 3"/>`,
    line(lengths, scale, '#b8860b', '5 2'),
    line(gradients, scale, '#3794ff', ''),
    '</svg>',
  ].join('');
  return `data:image/svg+xml,${encodeURIComponent(svg).replace(/[()']/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}`;
}

const width = 240;
const height = 56;
const margin = 5;
/** Enough for the width, and few enough for the size of the URI. */
const maximalPoints = 48;

function sampled(values: readonly (number | null)[]): (number | null)[] {
  if (values.length <= maximalPoints) return [...values];
  return Array.from(
    { length: maximalPoints },
    (_, i) => values[Math.round((i * (values.length - 1)) / (maximalPoints - 1))] ?? null,
  );
}

function line(values: readonly (number | null)[], scale: (value: number) => number, colour: string, dashes: string): string {
  let path = '';
  let open = false;
  values.forEach((value, i) => {
    if (value !== null)
      path += `${open ? 'L' : 'M'}${((i * width) / Math.max(1, values.length - 1)).toFixed(0)} ${scale(value).toFixed(1)}`;
    open = value !== null;
  });
  return path && `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dashes}"/>`;
}
