import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const { SECRETS_FILE, addHostSecret } = (await import(String(new URL('secrets.mjs', import.meta.url)))) as {
  SECRETS_FILE: string;
  addHostSecret: (file: string) => boolean;
};

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ktrdr-secrets-'));
  file = join(folder, '.env.secrets');
});

afterEach(() => rmSync(folder, { recursive: true }));

const secret = (): string | undefined => parseEnv(readFileSync(file, 'utf8'))['TRAINING_HOST_SECRET'];

test('a secret of 256 random bits is made once, in a file that only its owner can read', () => {
  expect(addHostSecret(file)).toBe(true);
  const made = secret();
  expect(made).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(addHostSecret(file)).toBe(false);
  expect(secret()).toBe(made);
});

test('what the file says already is kept', () => {
  writeFileSync(file, 'TRAINING_HOST_SECRET=chosen by the user, and long enough\n', { mode: 0o644 });
  expect(addHostSecret(file)).toBe(false);
  expect(secret()).toBe('chosen by the user, and long enough');
  writeFileSync(file, 'REDIS_PASSWORD=abc\n');
  expect(addHostSecret(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toMatch(/^REDIS_PASSWORD=abc\n/);
  expect(secret()).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('neither Git nor an image gets the file', () => {
  expect(SECRETS_FILE).toBe(join(ROOT, '.env.secrets'));
  const ignored = (name: string): string[] => readFileSync(join(ROOT, name), 'utf8').split('\n');
  expect(ignored('.gitignore')).toContain('.env.secrets');
  expect(ignored('.dockerignore')).toContain('.env*');
});
