import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { SqlDatabase } from './sql-database.js';
import { openSqliteDatabase } from './sqlite-database.js';
import { SqliteFile } from './sqlite-file.js';

const PAGE = 4_096;

let directory: string;
let path: string;
let database: SqlDatabase;
let now: number;
let file: SqliteFile;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-sqlite-file-'));
  path = join(directory, 'ktrdr.db');
  database = await openSqliteDatabase(path);
  // from the write-ahead log into the file
  await sql`pragma wal_checkpoint(truncate)`.execute(database.db);
  now = 0;
  file = new SqliteFile(path, { now: () => now });
});

afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

async function overwrite(content: Buffer, position: number): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.write(content, 0, content.length, position);
  await handle.close();
}

test('a damaged page is found by the next read of the file, and so is its repair', async () => {
  await file.assertSound();
  const pages = await readFile(path);
  expect(pages.length).toBeGreaterThan(4 * PAGE);
  await overwrite(Buffer.alloc(PAGE, 7), 3 * PAGE);
  // not read again so soon: a health check costs nothing
  now = 3_000;
  await file.assertSound();
  now = 10_000;
  await expect(file.assertSound()).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(
      /^\S+ktrdr\.db is damaged \(.+\)\. Stop ktrdr, then restore a copy of the file/,
    ),
  });
  await overwrite(pages.subarray(3 * PAGE, 4 * PAGE), 3 * PAGE);
  await expect(file.assertSound()).rejects.toThrow('is damaged');
  now = 20_000;
  await file.assertSound();
});

test('a file that was moved away or replaced is noticed at once, and so is its return', async () => {
  file.assertThere();
  await rename(path, `${path}.away`);
  expect(() => file.assertThere()).toThrow(/ktrdr\.db is missing: .* Put it back, or restart ktrdr/);
  await writeFile(path, '');
  expect(() => file.assertThere()).toThrow(/ktrdr\.db was replaced while ktrdr was running/);
  await rename(`${path}.away`, path);
  file.assertThere();
});

test('a folder that disappears just before the file is read is not reported as damage', async () => {
  await new SqliteFile(join(directory, 'gone/ktrdr.db')).assertSound();
});
