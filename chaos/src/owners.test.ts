import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openOperationStore, type OpenOperationStore } from '@ktrdr/operation-store';
import Libsql from 'libsql';

const PROGRAM = join(import.meta.dirname, '../dist/owners.js');

let directory: string;
let path: string;
let store: OpenOperationStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-test-'));
  path = join(directory, 'ktrdr.db');
  store = await openOperationStore({ stateDir: directory });
  expect(owners('note')).toBe('');
});

afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

function owners(what: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [PROGRAM, what, path], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim();
}

function write(statement: string): void {
  const database = new Libsql(path);
  database.exec(statement);
  database.close();
}

/** A row in the store's format. Only the owner and the epoch matter here. */
const INSERT = `insert into operations (id, type, status, attempt, epoch, owner, lease_expires_at, cancel_forced, resumable,
  created_at, cancel_reason_json, progress_json, metadata_json, warnings_json, error_json, result_json, request_json)
  values ('op', 'dummy', 'pending', 1, 1, 'first', 0, 0, 0, '', '', '', '', '', '', '', '')`;

test('a new owner in a new epoch is valid; a second owner in the same epoch is reported', () => {
  expect(owners('judge')).toBe('no operation has ever had an owner');
  write(INSERT);
  write(`update operations set owner = 'second', epoch = 2`);
  expect(owners('judge')).toBe('');
  write(`update operations set owner = 'third'`);
  write(`update operations set epoch = 3`);
  expect(owners('judge')).toBe('op: 2 owners in epoch 2');
});
