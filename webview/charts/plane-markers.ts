import type { ModelReport, PhasePlane } from '../../language-server/protocol.js';
import type { Grid, PlanePoint } from './phase-grid.js';

/** Layers that share a place in the plane, so that a hundred equal layers are one mark with a number. */
export interface PlaneMarker extends PlanePoint {
  layers: number[];
  /** ln χ₁ that the report gives for them; `null` where it is not known. */
  logChi1: number | null;
  /** Outside of the plane: drawn at its edge. */
  outside: boolean;
  /** The farthest from χ₁ = 1. */
  worst: boolean;
}

export function planeMarkers(model: ModelReport, plane: PhasePlane): PlaneMarker[] {
  const { grid } = plane;
  const markers = new Map<string, PlaneMarker>();
  for (const index of planeLayers(model, plane)) {
    const place = placeOf(model, index);
    if (!place) continue;
    const key = `${place.sigmaW2.toPrecision(3)} ${nearZero(place.sigmaB2, grid)}`;
    const marker = markers.get(key);
    if (marker) marker.layers.push(index);
    else
      markers.set(key, {
        ...place,
        layers: [index],
        logChi1: logChi1(model, index),
        outside: isOutside(place, grid),
        worst: false,
      });
  }
  const all = [...markers.values()];
  const distances = all.map((marker) => Math.abs(marker.logChi1 ?? 0));
  const farthest = Math.max(...distances);
  // Without a phase of its own the network does not repeat these layers as they stand here: none of them is at fault.
  if (farthest > 0.01 && model.summary.phase) all[distances.indexOf(farthest)]!.worst = true;
  return all;
}

/** Layers of the plane that have no place in it because a variance is not known. */
export const placeless = (model: ModelReport, plane: PhasePlane): number[] =>
  planeLayers(model, plane).filter((index) => !placeOf(model, index));

/**
 * The layers of a plane. It may be older than the report by one edit, so only those count that still have its activation.
 * Where a normalization follows, the scale of the weights cancels and no place in the plane is the layer's own.
 */
export const planeLayers = (model: ModelReport, { layers, activation }: PhasePlane): number[] =>
  layers.filter((index) => model.layers[index]?.activation === activation && !model.layers[index]?.normalized);

/** A layer without bias lies on σ_b² = 0. */
function placeOf(model: ModelReport, index: number): PlanePoint | null {
  const layer = model.layers[index];
  const sigmaW2 = layer?.weight?.sigmaW2 ?? null;
  const sigmaB2 = layer?.bias ? layer.bias.sigmaB2 : 0;
  return sigmaW2 === null || sigmaB2 === null ? null : { sigmaW2, sigmaB2 };
}

function logChi1(model: ModelReport, index: number): number | null {
  const chi1 = model.layers[index]?.local?.chi1 ?? null;
  return chi1 !== null && chi1 > 0 ? Math.log(chi1) : null;
}

/** Steps of a two-hundredth of the axis: finer ones are below a pixel or two. */
const nearZero = (sigmaB2: number, { sigmaB2: axis }: Grid) => Math.round((sigmaB2 / (axis.at(-1) ?? 1)) * 200);

const isOutside = ({ sigmaW2, sigmaB2 }: PlanePoint, grid: Grid) =>
  sigmaW2 < grid.sigmaW2[0]! || sigmaW2 > grid.sigmaW2.at(-1)! || sigmaB2 < grid.sigmaB2[0]! || sigmaB2 > grid.sigmaB2.at(-1)!;
