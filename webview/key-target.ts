/** Where a key leads on a row of stops: a stop, which may lie beyond the ends, `null` to leave the crosshair, `undefined` for a key that is not ours. */
export function keyTarget(key: string, pointed: number | null, count: number): number | null | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return pointed === null ? 0 : pointed + 1;
    case 'ArrowLeft':
    case 'ArrowUp':
      return pointed === null ? count - 1 : pointed - 1;
    case 'PageDown':
      return (pointed ?? 0) + 10;
    case 'PageUp':
      return (pointed ?? 0) - 10;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'Escape':
      return null;
    default:
      return undefined;
  }
}
