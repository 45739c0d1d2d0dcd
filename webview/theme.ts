/** Colours and type of the editor's theme, read from the style sheet's own variables, for what is drawn on a canvas. */
export interface Palette {
  foreground: string;
  muted: string;
  background: string;
  grid: string;
  border: string;
  accent: string;
  ordered: string;
  critical: string;
  chaotic: string;
  band: string;
  font: string;
  fontSize: number;
  dark: boolean;
  highContrast: boolean;
  motion: boolean;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.body);
  const color = (name: string) => style.getPropertyValue(`--mf-${name}`).trim() || '#808080';
  const { classList } = document.body;
  return {
    foreground: color('foreground'),
    muted: color('muted'),
    background: color('background'),
    grid: color('grid'),
    border: color('border'),
    accent: color('accent'),
    ordered: color('ordered'),
    critical: color('critical'),
    chaotic: color('chaotic'),
    band: color('band'),
    font: style.fontFamily,
    fontSize: Math.max(10, Math.round(Number.parseFloat(style.fontSize) * 0.86)) || 11,
    dark: luminance(color('background')) < 0.5,
    highContrast: classList.contains('vscode-high-contrast') || classList.contains('vscode-high-contrast-light'),
    motion: !classList.contains('vscode-reduce-motion') && !matchMedia('(prefers-reduced-motion: reduce)').matches,
  };
}

/** Calls back when the editor's theme changes: VS Code swaps the classes of the body and the variables of the root. */
export function onThemeChange(redraw: () => void): void {
  const observer = new MutationObserver(() => requestAnimationFrame(redraw));
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  for (const query of ['print', '(prefers-color-scheme: dark)', '(forced-colors: active)', '(prefers-reduced-motion: reduce)'])
    matchMedia(query).addEventListener('change', redraw);
}

/** Rough brightness of a colour in 0…1, good enough to tell a dark theme from a light one. */
function luminance(color: string): number {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!context) return 1;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 255, green = 255, blue = 255] = context.getImageData(0, 0, 1, 1).data;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
