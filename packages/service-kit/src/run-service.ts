import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { KtrdrError, oneLine, redact } from '@ktrdr/contracts';
import { OperationsService, systemClock } from '@ktrdr/orchestrator';
import { prepareFolders, type FolderSetting } from './folders.js';
import { keepTicksFast } from './fast-ticks.js';
import { createService, type ServiceDescription } from './create-service.js';
import type { ListenSettings } from './listen-settings.js';
import { checkOpenFiles } from './open-files.js';
import { renewCertificate } from './tls/renew-certificate.js';
import { ServiceLogger } from './service-logger.js';

/** A service that `runService` can run. */
export interface RunnableService<S extends ListenSettings> extends ServiceDescription {
  /** Command that starts the service: `npm start`. */
  command: string;
  /** @throws KtrdrError `invalid_setting` */
  readSettings(): S;
  /** Folders of the service. Missing ones are created; an unusable one prevents the start. */
  folders(settings: S): FolderSetting[];
  module(settings: S): DynamicModule | Promise<DynamicModule>;
  /** Additional information for the start-up log line. */
  startNote?(settings: S): string;
  /** The service has a page: the log shows its address. */
  hasPage?: boolean;
}

/** If stopping takes longer, the process exits with code 1. */
const STOP_DEADLINE_MS = 10_000;

/**
 * Runs a service as a process. A failed start prints one line and gives exit code 1.
 *
 * SIGTERM, SIGINT and SIGHUP stop the service: it starts nothing new, cancels its operations, and answers requests
 * until they have ended. The process exits with code 0 within 10 s.
 */
export async function runService<S extends ListenSettings>(service: RunnableService<S>): Promise<void> {
  keepTicksFast();
  try {
    const fewFiles = checkOpenFiles();
    const settings = service.readSettings();
    const made = await prepareFolders(service.folders(settings));
    const logger = new ServiceLogger({ json: !process.stdout.isTTY });
    const app = await createService(await service.module(settings), service, settings, logger);
    stopOnSignals(app, logger);
    if (settings.tls !== null)
      renewCertificate(app.getHttpServer() as Server, settings.tls, { clock: systemClock, logger });
    await listen(app, settings, service);
    if (fewFiles !== null) logger.warn(fewFiles, 'Service');
    for (const { setting, folder } of made)
      logger.log(`created the folder ${folder} (${setting})`, 'Service');
    const note = service.startNote === undefined ? '' : `, ${service.startNote(settings)}`;
    const address = addressOf(app, settings);
    logger.log(`${service.name} listens on ${address}${note}`, 'Service');
    if (service.hasPage) logger.log(`open the page in a browser: ${pageOf(address)}`, 'Service');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const line = error instanceof KtrdrError ? reason : `${service.name} cannot start: ${reason}`;
    process.stderr.write(`${oneLine(redact(line))}\n`);
    process.exit(1);
  }
}

/** The bound address. Nest's `getUrl` shows `0.0.0.0` (all addresses) as 127.0.0.1. */
function addressOf(app: NestFastifyApplication, { tls }: Pick<ListenSettings, 'tls'>): string {
  const { address, port, family } = app.getHttpServer().address() as AddressInfo;
  return `${tls === null ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** A browser cannot open the address that stands for all addresses. */
function pageOf(address: string): string {
  return `${address.replace(/\/\/(0\.0\.0\.0|\[::\]|127\.0\.0\.1):/, '//localhost:')}/`;
}

async function listen(
  app: NestFastifyApplication,
  { host, port }: ListenSettings,
  { command }: Pick<RunnableService<ListenSettings>, 'command'>,
): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const cause = { cause: error };
    switch (code) {
      case 'EADDRINUSE':
        throw new KtrdrError(
          'port_in_use',
          `Port ${port} on ${host} is in use; perhaps this service is already running. Stop the other program, or choose another port: PORT=${port === 65_535 ? port - 1 : port + 1} ${command}`,
          cause,
        );
      case 'EACCES':
        throw new KtrdrError(
          'invalid_setting',
          `The setting PORT=${port} is not valid: this user is not allowed to use it. Choose a port from 1024 up.`,
          cause,
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        throw new KtrdrError(
          'invalid_setting',
          `The setting HOST=${host} is not valid: this machine does not have this address. Use 127.0.0.1, or 0.0.0.0 for all addresses.`,
          cause,
        );
      default:
        throw error;
    }
  }
}

function stopOnSignals(app: NestFastifyApplication, logger: ServiceLogger): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    const active = app.get(OperationsService).activeCount();
    const work = active === 0 ? '' : `; cancelling running operations: ${active}`;
    logger.log(`${signal}: stopping${work}`, 'Service');
    systemClock.setTimer(STOP_DEADLINE_MS, () => {
      logger.error('stopping took longer than 10 s; exiting', 'Service');
      process.exit(1);
    });
    try {
      await app.close();
      process.exit(app.get(OperationsService).activeCount() === 0 ? 0 : 1);
    } catch (error) {
      logger.error('stopping failed', { error }, 'Service');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, (name) => void stop(name));
}
