#!/usr/bin/env node
/**
 * `npm run dev`: builds, starts the API and the training host, and after each change rebuilds and restarts the services that it
 * changes. The settings are those of `npm start`; the host listens on the port of TRAINING_HOST_SERVICE_URL. Ctrl+C stops both.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stopOnSignals } from './interruption.mjs';
import { sourceChanges } from './source-changes.mjs';
import { CommandFailed, ROOT, build, main } from './workspace.mjs';

const hostUrl = process.env.TRAINING_HOST_SERVICE_URL || 'http://localhost:5002';

const services = [
  { app: 'api', env: {} },
  { app: 'training-host', env: { PORT: new URL(hostUrl).port || '80' } },
].map((service) => ({ ...service, child: null, started: '' }));

/** Changes whenever the service's program does: its build bundles all packages. */
function program({ app }) {
  const dist = join(ROOT, 'apps', app, 'dist');
  const hash = createHash('sha256');
  for (const name of readdirSync(dist)
    .filter((file) => /\.c?js$/.test(file))
    .toSorted()) {
    hash.update(name).update(readFileSync(join(dist, name)));
  }
  return hash.digest('hex');
}

async function end(service) {
  const { child } = service;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}

async function restart(service) {
  await end(service);
  service.started = program(service);
  service.child = spawn(process.execPath, ['tools/start.mjs', service.app], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...service.env },
  });
}

/** Builds, and restarts what changed. After a failed build the services keep running. */
async function update(stop) {
  try {
    await build({ quiet: true, stop });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return console.error(error.message);
  }
  for (const service of services.filter((each) => program(each) !== each.started)) await restart(service);
}

await main(async () => {
  const stop = stopOnSignals();
  try {
    await update(stop);
    for await (const _ of sourceChanges(stop)) await update(stop);
    throw stop.reason;
  } finally {
    await Promise.all(services.map(end));
  }
});
