import { readFileSync } from 'node:fs';
import type { CommandNode } from './command-tree.js';

/** Folder of the built program: `dist`. */
const FOLDER = new URL('.', import.meta.url);

/** The version of `ktrdr`. */
export function readVersion(): string {
  return (readJson('../package.json') as { version: string }).version;
}

/** The tree of all commands, as the build has stored it; `null` without a build. */
export function readCommandTree(): CommandNode | null {
  try {
    return readJson('commands.json') as CommandNode;
  } catch {
    return null;
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as unknown;
}
