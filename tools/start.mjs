#!/usr/bin/env node
/** `npm start`, `npm run host`: runs a built service in this process. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readHostSecret } from './host-secret.mjs';
import { ROOT, CommandFailed, main } from './workspace.mjs';

await main(async () => {
  // removes the app's name, so that only the service's own arguments remain
  const [app = ''] = process.argv.splice(2, 1);
  const entry = join(ROOT, 'apps', app, 'dist/main.js');
  if (!existsSync(entry)) throw new CommandFailed('Nothing is built yet. Run once: npm run quickstart');
  // one file for the services and for Compose
  process.env.TRAINING_HOST_SECRET ??= readHostSecret(join(ROOT, '.env')) ?? '';
  await import(pathToFileURL(entry).href);
});
