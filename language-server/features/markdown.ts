/** Escapes text of the user's code, so that it can neither format, link nor embed anything in a hover. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&:@/]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}

/** A table of two columns without a header row that would only repeat what the rows say. */
export function markdownTable(rows: readonly (readonly [name: string, value: string])[]): string {
  return ['| | |', '|:--|:--|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}
