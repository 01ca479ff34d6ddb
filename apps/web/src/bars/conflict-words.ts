import type { ConflictChoice } from '@ktrdr/contracts';

/** Choices for bars that differ from stored bars, in words. */
export const CONFLICT_WORDS: readonly (readonly [value: ConflictChoice, words: string])[] = [
  ['refuse', 'Refuse: store nothing'],
  ['keep', 'Keep the stored bars'],
  ['replace', 'Replace them with the new bars'],
];
