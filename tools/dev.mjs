#!/usr/bin/env node
/**
 * `npm run dev`: builds, starts the API and the training host, and restarts a service when its code or a package of it changes.
 * The settings are those of `npm start`; the host listens on the port of TRAINING_HOST_SERVICE_URL. Ctrl+C stops both.
 */
import { stopOnSignals } from './interruption.mjs';
import { main, turboWatch } from './workspace.mjs';

const PACKAGES = ['@ktrdr/api', '@ktrdr/training-host', 'ktrdr'];

await main(async () => {
  const stop = stopOnSignals();
  const filters = PACKAGES.map((name) => `--filter=${name}`);
  return turboWatch(['build', 'dev', ...filters, '--env-mode=loose', '--output-logs=new-only'], { stop });
});
