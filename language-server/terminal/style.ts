import type { Phase, Severity } from '../protocol.js';

/** Puts colour and weight on text, or leaves it as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  phase(phase: Phase, text: string): string;
  severity(severity: Severity, text: string): string;
}

/**
 * Whether to colour: what the user said, else the environment (no-color.org, force-color.org), else whether a terminal reads along.
 */
export function wantsColor(asked: boolean | null, environment: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (asked !== null) return asked;
  if (environment.NO_COLOR) return false;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment.TERM !== 'dumb';
}

/**
 * The sixteen colours of the terminal's own palette, which its user chose to be readable on its background.
 * A phase is never told by colour alone: its symbol and a word go with it.
 */
export function createStyle(color: boolean): Style {
  const paint = (code: number, end: number) => (text: string) => (color && text ? `\u001b[${code}m${text}\u001b[${end}m` : text);
  const [red, green, yellow, blue, magenta, cyan] = [31, 32, 33, 34, 35, 36].map((code) => paint(code, 39));
  const phases = { ordered: blue!, critical: green!, chaotic: magenta! };
  const severities = { error: red!, warning: yellow!, information: cyan!, hint: paint(2, 22) };
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    phase: (phase, text) => phases[phase](text),
    severity: (severity, text) => severities[severity](text),
  };
}

export const severitySymbol: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', information: 'i', hint: '·' };
