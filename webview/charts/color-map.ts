type Color = readonly [red: number, green: number, blue: number];

/**
 * Diverging scale of ln χ₁, neutral at χ₁ = 1: blue where gradients shrink, orange where they grow. Blue and orange stay apart in all
 * common colour vision deficiencies; the ends are those of ColorBrewer's PuOr and RdBu, toned down on a dark page.
 */
export interface ColorMap {
  /** ln χ₁ at which the scale saturates, on either side. */
  limit: number;
  color(logChi1: number): Color;
}

const light: readonly Color[] = [
  [33, 102, 172],
  [146, 197, 222],
  [247, 247, 247],
  [253, 184, 99],
  [179, 88, 6],
];
const dark: readonly Color[] = [
  [74, 142, 204],
  [40, 84, 128],
  [36, 36, 36],
  [138, 82, 26],
  [222, 142, 58],
];

/** Chooses where the scale saturates, χ₁ between 2 and 30 times from 1, so that nearly all of what is shown has its own shade. */
export function colorMap(chi1: (number | null)[], darkTheme: boolean): ColorMap {
  const stops = darkTheme ? dark : light;
  const sizes = chi1.flatMap((value) => (value === null || value <= 0 ? [] : [Math.abs(Math.log(value))])).sort((a, b) => a - b);
  const typical = sizes[Math.floor(sizes.length * 0.94)] ?? 0;
  const limit = limits.find((candidate) => candidate >= typical) ?? limits.at(-1)!;
  return {
    limit,
    color(logChi1) {
      const place = (Math.max(-1, Math.min(1, logChi1 / limit)) + 1) * 2;
      const low = Math.min(3, Math.floor(place));
      return mix(stops[low]!, stops[low + 1]!, place - low);
    },
  };
}

/** Round numbers make readable ends of the scale. */
const limits = [2, 3, 5, 10, 30].map(Math.log);

const mix = (a: Color, b: Color, share: number): Color =>
  [0, 1, 2].map((channel) => Math.round(a[channel]! + share * (b[channel]! - a[channel]!))) as unknown as Color;
