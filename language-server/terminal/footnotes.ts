import { wrap } from './text-width.js';

/** Remarks that many models share: each is written once, at the end, and referred to by a number. */
export class Footnotes {
  private readonly texts: string[] = [];

  /** `[2]` for a remark that is the second to come up. */
  mark(text: string): string {
    const index = this.texts.indexOf(text);
    return `[${index >= 0 ? index + 1 : this.texts.push(text)}]`;
  }

  lines(width: number): string[] {
    return this.texts.flatMap((text, index) => {
      const label = `[${index + 1}]`;
      const [first = '', ...rest] = wrap(text, width - label.length - 1);
      return [`${label} ${first}`, ...rest.map((line) => ' '.repeat(label.length + 1) + line)];
    });
  }
}
