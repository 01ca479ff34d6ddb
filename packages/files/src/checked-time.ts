import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Only Linux has it. A new one is chosen at each start of the system. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const FIRST_S = Date.UTC(1980, 0) / 1000;
const SECONDS = Date.UTC(2000, 0) / 1000 - FIRST_S;

let found: Promise<Date | null> | undefined;

/**
 * The time of the last change that a cached file gets when its content is sound. It stands for this start of the system: any later write
 * changes it, and after a power cut, which can lose what was written, it is another one. `null` if the system does not say whether
 * it has been started again.
 */
export function checkedTime(): Promise<Date | null> {
  found ??= readFile(BOOT_ID).then(
    (id) => new Date((FIRST_S + (crc32(id) % SECONDS)) * 1000),
    () => null,
  );
  return found;
}
