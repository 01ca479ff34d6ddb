#!/usr/bin/env node
/** `npm start`, `npm run host`: runs a built service in this process. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SECRETS_FILE } from './secrets.mjs';
import { ROOT, CommandFailed, main } from './workspace.mjs';

await main(async () => {
  // removes the app's name, so that only the service's own arguments remain
  const [app = ''] = process.argv.splice(2, 1);
  const entry = join(ROOT, 'apps', app, 'dist/main.js');
  if (!existsSync(entry)) throw new CommandFailed('Nothing is built yet. Run once: npm run quickstart');
  // Compose gives the same file to the API's container. An environment variable overrides it.
  if (existsSync(SECRETS_FILE)) process.loadEnvFile(SECRETS_FILE);
  await import(pathToFileURL(entry).href);
});
