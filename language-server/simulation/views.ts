import { NotSimulated } from './draw.js';

/**
 * Sizes of a view of a tensor whose dimensions are not as large as the model's own: dimensions that become others together keep their entries. Where
 * one becomes several, the batch is the first of them that is smaller, then what is neither first nor last, such as the heads of attention, then
 * the others.
 *
 * @param actual sizes that are there
 * @param before the model's own sizes, one for each of them
 * @param after the model's own sizes of the view
 * @throws NotSimulated where no division into whole numbers does
 */
export function viewedAs(actual: readonly number[], before: readonly number[], after: readonly number[]): number[] {
  const sizes: number[] = [];
  let [i, j] = [0, 0];
  while (j < after.length) {
    const isFirst = i === 0;
    let [present, from, to] = [1, 1, 1];
    const group: number[] = [];
    do {
      if (from <= to && i < before.length) {
        present *= actual[i]!;
        from *= before[i++]!;
      } else if (j < after.length) {
        group.push(after[j]!);
        to *= after[j++]!;
      } else throw new NotSimulated('A tensor is viewed with another number of entries.');
    } while (from !== to || group.length === 0);
    while (i < before.length && before[i] === 1 && j === after.length) i++;
    sizes.push(...divided(present, group, isFirst));
  }
  return sizes;
}

function divided(entries: number, sizes: readonly number[], isFirst: boolean): number[] {
  const share = entries / sizes.reduce((product, size) => product * size, 1);
  if (share === 1) return [...sizes];
  if (sizes.length === 1) return [entries];
  const last = sizes.length - 1;
  const middle = Array.from({ length: last }, (_, k) => last - 1 - k);
  const order = isFirst ? [0, ...middle, last] : [...middle, last];
  const smaller = order.find((k) => Number.isInteger(sizes[k]! * share));
  if (smaller === undefined) throw new NotSimulated('A view cannot be made smaller.');
  return sizes.map((size, k) => (k === smaller ? size * share : size));
}
