#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  // The package has no compiled code. Node >= 22.1 caches the code that a command compiles, so the next command starts sooner.
  nodeModule.enableCompileCache?.();
  await import(main.href);
} else {
  console.error('ktrdr is not built yet. Run once: npm run quickstart');
  process.exitCode = 1;
}
