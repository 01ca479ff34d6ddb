/** Compiled programs, with a small one: what Node runs, and what it says about an error. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ktrdr-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Builds a program of this source as the packages do. */
function build(source: string): void {
  mkdirSync(join(folder, 'dist/process'), { recursive: true });
  writeFileSync(join(folder, 'dist/process/small.js'), source);
  execFileSync(
    process.execPath,
    [join(import.meta.dirname, 'bundle-programs.mjs'), 'dist/process/small.js'],
    { cwd: folder },
  );
}

function start(...flags: string[]): { stdout: string; stderr: string } {
  const program = join(folder, 'dist/programs/small.js');
  return spawnSync(process.execPath, [...flags, program], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

function compiled(): string {
  const programs = join(folder, 'dist/programs');
  const files = readdirSync(programs).filter((file) => file.startsWith(`small.cjs.${process.version}-`));
  expect(files).toHaveLength(1);
  return join(programs, files[0]!);
}

/** Puts the compiled code of another source of the same length into the place of this one. What it says shows which one runs. */
function buildWithForeignCode(): void {
  build('console.log("compiled");');
  const foreign = join(folder, 'foreign');
  copyFileSync(compiled(), foreign);
  build('console.log("source__");');
  copyFileSync(foreign, compiled());
}

test('a start runs the compiled code', () => {
  buildWithForeignCode();
  expect(start().stdout).toBe('compiled\n');
});

test('a start with a limit of the heap runs the compiled code, and the limit holds', () => {
  buildWithForeignCode();
  expect(start('--max-old-space-size=60').stdout).toBe('compiled\n');
  build('const kept = []; for (;;) kept.push(new Array(100_000).fill(kept.length + 0.5));');
  expect(start('--max-old-space-size=60').stderr).toMatch(/heap out of memory/);
});

test('another flag of V8 compiles the source', () => {
  buildWithForeignCode();
  expect(start('--no-opt').stdout).toBe('source__\n');
});

test.each([
  ['no', () => rmSync(compiled())],
  ['damaged', () => writeFileSync(compiled(), readFileSync(compiled()).subarray(0, 100))],
])('with %s compiled code the program runs its source', (_, damage) => {
  buildWithForeignCode();
  damage();
  expect(start().stdout).toBe('source__\n');
});

test('a new program does not run old compiled code', () => {
  build('console.log("compiled");');
  const program = join(folder, 'dist/programs/small.cjs');
  const old = compiled();
  const code = readFileSync(old);
  build('console.log("source__");');
  writeFileSync(old, code);
  expect(readFileSync(program, 'utf8')).toContain('source__');
  expect(start().stdout).toBe('source__\n');
});

function move(): void {
  const moved = `${folder}-moved`;
  renameSync(folder, moved);
  folder = moved;
}

test.each([
  ['compiled', () => undefined],
  ['not compiled', () => rmSync(compiled())],
  ['compiled in another folder', move],
])('the stack of an error names the source of a program that is %s', (_, change) => {
  build(`function fail() {
  throw new Error('planted');
}
fail();
`);
  change();
  expect(start().stderr).toContain(`at fail (${join(folder, 'dist/process/small.js')}:2:9)`);
});
