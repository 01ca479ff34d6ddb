import type { Arbitrary } from 'fast-check';

/** Tokens are last: after the first token, other requests need one. */
export const TARGETS = [
  'strategies',
  'bodies',
  'bars',
  'imports',
  'checkpoints',
  'models',
  'messages',
  'tokens',
] as const;

export type TargetName = (typeof TARGETS)[number];

/** One kind of input, and what must be true of every case. */
export interface Target<Case> {
  cases: Arbitrary<Case>;
  /** @throws an error that says what is wrong with this case */
  check: (one: Case) => Promise<void>;
}
