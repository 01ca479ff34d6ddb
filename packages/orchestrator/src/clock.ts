import { randomBytes } from 'node:crypto';

export { systemClock, type Clock } from '@ktrdr/contracts';

/** Returns the random part of an operation id: 4 to 32 characters of `[a-z0-9]`. */
export type RandomId = () => string;

/** Ten random characters: the chance that two ids of the same second are equal is 1 in 10^15. */
export const systemRandomId: RandomId = () =>
  Array.from(randomBytes(10), (byte) => (byte % 36).toString(36)).join('');
