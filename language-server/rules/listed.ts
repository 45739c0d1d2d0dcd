/** `a, b, c and 4 more`. @param maximum names that are shown */
export function listed(names: readonly string[], maximum = 3): string {
  if (names.length > maximum + 1) return `${names.slice(0, maximum).join(', ')} and ${names.length - maximum} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
