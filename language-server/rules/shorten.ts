/** The text, cut to a length that leaves room in a sentence. @param length at least 1 */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
