import { join } from 'node:path';
import { urlWithoutLogin, type DoctorCheck, type DoctorReport, type HostList } from '@ktrdr/contracts';
import type { Clock, OperationsService } from '@ktrdr/orchestrator';
import { folderCheck } from '@ktrdr/service-kit';
import type { EngineSelector } from '@ktrdr/trainer';
import type { ApiSettings } from '../config.js';
import type { HostsService } from '../hosts/hosts.service.js';
import { found, ok, problemOf, type Finding } from './check.js';
import { checkEngines } from './engine-checks.js';
import { checkDisk, checkNode } from './machine-checks.js';

/** A check that takes longer is reported as unfinished, ms. Loading all engines for the first time takes some seconds. */
const PATIENCE_MS = 30_000;

export interface DoctorParts {
  settings: ApiSettings;
  operations: OperationsService;
  hosts: HostsService;
  engines: Pick<EngineSelector, 'candidates'>;
  clock: Clock;
  version: string;
}

/** Looks at everything that the API needs, and says what is missing and what to do. It changes nothing. */
export class DoctorService {
  /** Requests that come while the checks run share their report. */
  private current: Promise<DoctorReport> | null = null;

  constructor(private readonly parts: DoctorParts) {}

  report(): Promise<DoctorReport> {
    this.current ??= this.examine().finally(() => (this.current = null));
    return this.current;
  }

  private async examine(): Promise<DoctorReport> {
    const { settings, clock, version, engines } = this.parts;
    const { dataDir, modelsDir, stateDir, strategiesDir } = settings;
    const folders = [
      { setting: 'DATA_DIR', folder: dataDir, use: 'read' },
      { setting: 'MODELS_DIR', folder: modelsDir, use: 'write' },
      { setting: 'STATE_DIR', folder: stateDir, use: 'write' },
      { setting: 'STRATEGIES_DIR', folder: strategiesDir, use: 'read' },
    ] as const;
    const groups = await Promise.all([
      this.one('version', async () => ok(`ktrdr API ${version}`)),
      this.one('node', async () => checkNode(process.version, `${process.platform} ${process.arch}`)),
      this.one('clock', async () => ok(new Date(clock.now()).toISOString())),
      ...folders.map((folder) => this.one(`folder ${folder.setting}`, () => folderFinding(folder))),
      ...folders
        .filter(({ use }) => use === 'write')
        .map(({ setting, folder }) => this.one(`disk ${setting}`, () => checkDisk(setting, folder))),
      this.one('store', () => this.checkStore()),
      this.several('hosts', () => this.checkHosts()),
      // hosts have their own engines
      ...(settings.trainingHost.use || settings.trainingQueueUrl !== undefined
        ? []
        : [this.several('engines', () => checkEngines(engines, settings.trainingEngine))]),
    ]);
    const checks = groups.flat();
    const worst = (['problem', 'warning'] as const).find((status) =>
      checks.some((check) => check.status === status),
    );
    return { version, server_time: new Date(clock.now()).toISOString(), status: worst ?? 'ok', checks };
  }

  private one(name: string, check: () => Promise<Finding>): Promise<DoctorCheck[]> {
    return this.several(name, async () => [{ name, ...(await check()) }]);
  }

  private async several(name: string, check: () => Promise<DoctorCheck[]>): Promise<DoctorCheck[]> {
    const done = new AbortController();
    const late = this.parts.clock.sleep(PATIENCE_MS, done.signal).then(
      () => [{ name, ...found('warning', 'this check has not ended yet', 'Check again in a minute.') }],
      () => [],
    );
    try {
      return await Promise.race([check(), late]);
    } catch (error) {
      return [{ name, ...problemOf(error) }];
    } finally {
      done.abort();
    }
  }

  private async checkStore(): Promise<Finding> {
    const { databaseUrl, stateDir } = this.parts.settings;
    await this.parts.operations.checkStore();
    return ok(
      databaseUrl === undefined
        ? `the file ${join(stateDir, 'ktrdr.db')}`
        : `the database ${urlWithoutLogin(databaseUrl)}`,
    );
  }

  private async checkHosts(): Promise<DoctorCheck[]> {
    const { trainingQueueUrl } = this.parts.settings;
    const list = await this.parts.hosts.list();
    if (list.mode === 'local') return [{ name: 'hosts', ...ok('trainings run beside the API') }];
    const queue = trainingQueueUrl === undefined ? [] : [queueCheck(trainingQueueUrl, list)];
    return [...queue, ...list.hosts.map((host) => ({ name: `host ${host.name}`, ...hostFinding(host) }))];
  }
}

async function folderFinding(folder: Parameters<typeof folderCheck>[1]): Promise<Finding> {
  try {
    await folderCheck(folder.setting, folder).check();
    return ok(folder.folder);
  } catch (error) {
    // strategies may come with each request
    const isNeeded = folder.setting !== 'STRATEGIES_DIR';
    return { ...problemOf(error), ...(isNeeded ? {} : { status: 'warning' }) };
  }
}

function queueCheck(url: string, { hosts }: HostList): DoctorCheck {
  const up = hosts.filter(({ status }) => status === 'up').length;
  const summary = `${urlWithoutLogin(url)} answers; hosts that take trainings: ${up}`;
  const finding =
    up > 0
      ? ok(summary)
      : found(
          'problem',
          summary,
          'Trainings wait until a host starts: npm run host -- --queue (docs/network.md).',
        );
  return { name: 'queue', ...finding };
}

function hostFinding({ status, mode, engines, last_heartbeat }: HostList['hosts'][number]): Finding {
  if (status === 'up') return ok(`engines: ${engines.map(({ engine }) => engine).join(', ')}`);
  const summary = `does not answer; last seen: ${last_heartbeat ?? 'never'}`;
  return mode === 'direct'
    ? found(
        'problem',
        summary,
        'Start the host (npm run host), and check TRAINING_HOST_SERVICE_URL and its secret (docs/network.md).',
      )
    : found('warning', summary, 'Start the host again, or ignore it if it was stopped on purpose.');
}
