import { randomBytes } from 'node:crypto';

export { systemClock, type Clock } from '@ktrdr/contracts';

/** Returns the random part of an operation id: 4 to 32 characters of `[a-z0-9]`. */
export type RandomId = () => string;

/** Ten random characters: the chance that two ids of the same second are equal is 1 in 10^15. */
export const systemRandomId: RandomId = () => {
  let id = '';
  while (id.length < 10) id += (randomByte() % 36).toString(36);
  return id;
};

/** Bytes for the next ids: asking the system takes as long for a thousand bytes as for ten. */
let drawn: Buffer = Buffer.alloc(0);
let used = 0;

function randomByte(): number {
  if (used === drawn.length) {
    drawn = randomBytes(1_000);
    used = 0;
  }
  return drawn[used++]!;
}
