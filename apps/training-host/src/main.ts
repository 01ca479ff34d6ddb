import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { runService } from '@ktrdr/service-kit';
import { AppModule } from './app.module.js';
import { printReadToken, readSettings } from './config.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

// no top-level await: the build compiles this file to CommonJS
void runService({
  name: 'ktrdr training host',
  description: 'Trains models for a ktrdr API: one training is one session.',
  version,
  command: 'npm run host',
  readSettings: () => {
    if (printReadToken((text) => process.stdout.write(text))) process.exit(0);
    return readSettings();
  },
  folders: ({ dataDir, stateDir }) => [
    { setting: 'DATA_DIR', folder: dataDir, use: 'read' },
    { setting: 'STATE_DIR', folder: stateDir, use: 'write' },
  ],
  module: (settings) => AppModule.register(settings),
  startNote: ({ dataDir, maxSessions, queue }) => {
    const sessions = `${maxSessions} session${maxSessions === 1 ? '' : 's'} at a time`;
    if (queue === null) return `bars from ${dataDir}, ${sessions}`;
    return `takes trainings out of the queue as ${queue.name}, ${sessions}`;
  },
});
