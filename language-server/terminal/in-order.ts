/** What `work` makes of the items, in their order, with so many of them begun at a time. */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  let next = 0;
  while (next < items.length || begun.length > 0) {
    while (begun.length < ahead && next < items.length) {
      const result = work(items[next++]!);
      // Whoever waits for it hears of a failure; until then nobody may.
      result.catch(() => {});
      begun.push(result);
    }
    yield await begun.shift()!;
  }
}
