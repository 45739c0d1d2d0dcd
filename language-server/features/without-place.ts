/** `kaiming_normal_ (cell 2, line 7)` without the place, where that is told otherwise. */
export const withoutPlace = (source: string): string => source.replace(/ \([^()]*line \d+\)$/, '');
