/**
 * Cheap test on the text whether it can hold a model at all, so that a workspace of other Python files costs next to nothing.
 *
 * @param packages top-level package names, for instance `torch`
 */
export function mentionsAny(text: string, packages: readonly string[]): boolean {
  return packages.some((name) => text.includes(name));
}
