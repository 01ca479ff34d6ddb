#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('ktrdr is not built yet. Run once: npm run quickstart');
  process.exitCode = 1;
}
