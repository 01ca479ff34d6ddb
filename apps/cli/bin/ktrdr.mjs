#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
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
