import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { openOperationStore } from '@ktrdr/operation-store';
import { runService, type RunnableService } from '@ktrdr/service-kit';
import { runTokenCommand } from './access/token-command.js';
import { requireTokenIfExposed } from './access/token-authenticator.js';
import { AppModule } from './app.module.js';
import { readSettings, type ApiSettings } from './config.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const service: RunnableService<ApiSettings> = {
  name: 'ktrdr API',
  description: 'Trains trading models: every training is an operation that can be followed and cancelled.',
  version,
  command: 'npm start',
  readSettings,
  folders: ({ dataDir, modelsDir, stateDir, importDir }) => [
    { setting: 'DATA_DIR', folder: dataDir, use: 'read' },
    { setting: 'MODELS_DIR', folder: modelsDir, use: 'write' },
    { setting: 'STATE_DIR', folder: stateDir, use: 'write' },
    ...(importDir === null ? [] : [{ setting: 'IMPORT_DIR', folder: importDir, use: 'read' as const }]),
  ],
  module: async (settings) => {
    const store = await openOperationStore({
      url: settings.databaseUrl,
      password: settings.databasePassword,
      stateDir: settings.stateDir,
    });
    await requireTokenIfExposed(settings, store.tokens);
    return AppModule.forRoot(settings, store, { version, dist: import.meta.dirname });
  },
  hasPage: true,
  startNote: ({ trainingHost, trainingQueueUrl }) => {
    if (trainingQueueUrl !== undefined) return 'trains on the hosts of the queue';
    return `trains ${trainingHost.use ? `on ${trainingHost.url}` : 'on this machine'}`;
  },
};

const [command, ...args] = process.argv.slice(2);
// no top-level await: the build compiles this file to CommonJS
if (command === 'token') void runTokenCommand(args).then((exitCode) => (process.exitCode = exitCode));
else void runService(service);
