import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const { addHostSecret, readHostSecret } = (await import(
  String(new URL('host-secret.mjs', import.meta.url))
)) as { addHostSecret: (file: string) => boolean; readHostSecret: (file: string) => string | undefined };

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ktrdr-host-secret-'));
  file = join(folder, '.env');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a secret is added once, after what the file says already', () => {
  writeFileSync(file, 'COMPOSE_PROFILES=default\n');
  expect(readHostSecret(file)).toBeUndefined();
  expect(addHostSecret(file)).toBe(true);
  const secret = readHostSecret(file);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(readFileSync(file, 'utf8')).toMatch(/^COMPOSE_PROFILES=default\n/);
  expect(addHostSecret(file)).toBe(false);
  expect(readHostSecret(file)).toBe(secret);
});

test('a secret of the user is kept', () => {
  writeFileSync(file, 'TRAINING_HOST_SECRET=chosen by the user, and long enough\n');
  expect(addHostSecret(file)).toBe(false);
  expect(readHostSecret(file)).toBe('chosen by the user, and long enough');
});

test('Git does not show the file with the secret as changed, so that nobody commits it', () => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
  writeFileSync(file, 'COMPOSE_PROFILES=default\n');
  git('init', '--quiet');
  git('add', '.env');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'one');
  expect(addHostSecret(file)).toBe(true);
  expect(git('status', '--porcelain')).toBe('');
  git('add', '--all');
  expect(git('diff', '--cached')).toBe('');
});
