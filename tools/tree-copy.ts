/**
 * A copy of the workspace in a temporary folder, for tests that change sources. It uses the installed packages of the original, and
 * what the commands of the original keep: the place of pnpm, and the results of turbo, which it does not change.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
const MEMBERS = ['apps', 'packages'];
const LEFT_OUT = new Set(['dist', '.turbo']);
const LEFT_OUT_AT_THE_ROOT = [
  '.git',
  '.ktrdr',
  '.env.secrets',
  'data',
  'models',
  'coverage',
  'node_modules',
  'training_analytics',
];

export class TreeCopy {
  readonly folder = join(mkdtempSync(join(tmpdir(), 'ktrdr-tree-')), 'ktrdr');

  constructor() {
    const isCopied = (path: string): boolean =>
      !LEFT_OUT.has(basename(path)) && !LEFT_OUT_AT_THE_ROOT.includes(relative(ROOT, path));
    // links between packages are relative: in the copy they lead to the copy
    cpSync(ROOT, this.folder, {
      recursive: true,
      verbatimSymlinks: true,
      // for the compiler, which compares times
      preserveTimestamps: true,
      filter: isCopied,
    });
    // pnpm would otherwise repair the links below, and with them the original's
    appendFileSync(this.path('pnpm-workspace.yaml'), 'verifyDepsBeforeRun: false\n');
    const modules = join(this.folder, 'node_modules');
    mkdirSync(modules);
    cpSync(join(ROOT, 'node_modules/.bin'), join(modules, '.bin'), { recursive: true });
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (['ktrdr', '.cache', '.bin'].includes(name)) continue;
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    symlinkSync('../apps/cli', join(modules, 'ktrdr'));
    const kept = 'node_modules/.cache/ktrdr';
    if (existsSync(join(ROOT, kept))) cpSync(join(ROOT, kept), this.path(kept), { recursive: true });
  }

  /** For turbo in the copy: what the original has built is not built again, and what the copy builds is not kept. */
  get turboSettings(): Record<string, string> {
    return { TURBO_CACHE_DIR: join(ROOT, '.turbo/cache'), TURBO_CACHE: 'local:r' };
  }

  /** Takes over what is built, so that a compiler only looks at what a test changes. */
  withBuilds(): this {
    for (const member of MEMBERS) {
      const parent = join(ROOT, member);
      for (const name of readdirSync(parent)) {
        const dist = join(parent, name, 'dist');
        if (existsSync(dist))
          cpSync(dist, join(this.folder, member, name, 'dist'), {
            recursive: true,
            preserveTimestamps: true,
          });
      }
    }
    return this;
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true });
  }
}
