#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  // Node >= 22.1 keeps the compiled code, so that the next command starts sooner.
  nodeModule.enableCompileCache?.();
  try {
    await import(main.href);
  } catch (error) {
    // thrown while the program loads
    if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error;
    console.error(`Too many open files (${error.code}). Raise the limit, for example: ulimit -n 4096`);
    process.exitCode = 1;
  }
} else {
  console.error('ktrdr is not built yet. Run once: npm run quickstart');
  process.exitCode = 1;
}
