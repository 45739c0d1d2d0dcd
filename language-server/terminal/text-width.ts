/** Columns that a text takes in a terminal: none for combining marks, two for East Asian wide characters and emoji. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Cut to `width` columns, with `…` where something is missing; `where` says which end matters less. */
export function truncate(text: string, width: number, where: 'start' | 'end' = 'end'): string {
  if (widthOf(text) <= width) return text;
  const kept: string[] = [];
  const clusters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  if (where === 'start') clusters.reverse();
  let left = width - 1;
  for (const cluster of clusters) {
    left -= widthOf(cluster);
    if (left < 0) break;
    kept.push(cluster);
  }
  return where === 'start' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`;
}

/**
 * Broken at spaces into lines of at most `width` columns; a longer word has a line of its own. No line breaks around an equals
 * sign, nor at a no-break space (U+00A0), which comes out as a plain one.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text
    .replaceAll(' = ', '\u00a0=\u00a0')
    .split(/[ \n\t]+/)
    .filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  return lines.map((text) => text.replaceAll('\u00a0', ' '));
}

/**
 * One column a character: ASCII, the signs of our own numbers and phases, and Greek letters, none of which combine. Segmenting costs far more
 * than looking.
 */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!(code >= 0x20 && code < 0x7f) && !(code >= 0x391 && code <= 0x3c9) && !plainSigns.has(code)) return false;
  }
  return true;
}

const plainSigns = new Set(Array.from('²³·×±–…⁰¹⁴⁵⁶⁷⁸⁹⁻₁√≤≥≈▼●▲', (sign) => sign.charCodeAt(0)));

/** Filled with spaces to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + space : space + text;
}

/**
 * Without control characters: names in analysed files and paths must not move the cursor or change the terminal's title.
 * Line breaks become spaces.
 */
export function printable(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(/[\n\r\t]+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '�');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])/u;
