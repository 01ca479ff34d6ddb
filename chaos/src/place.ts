import { join } from 'node:path';
import { freePort } from '@ktrdr/contracts/testing';
import { RedisServer } from '@ktrdr/job-queue/testing';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { Link, Sandbox } from '@ktrdr/service-kit/testing';
import type { Mode } from './modes.js';
import { Service, type Settings } from './service.js';

/** Number of hosts that take trainings from the queue. */
const HOSTS = 2;

/** Where trainings run: beside the API, on one training host, or on the hosts of a queue. */
export interface Place {
  /** Settings of the API that make it train here. */
  apiSettings: Settings;
  /** Link between the API and its host or queue; `null` if the API trains locally. */
  link: Link | null;
  /** `link` connects the host to the queue. */
  hosts: { service: Service; link: Link | null }[];
  /** Stops all hosts, links and the queue. */
  close: () => Promise<void>;
}

export interface PlaceOptions {
  sandbox: Sandbox;
  /** Name of the run. */
  name: string;
  /** Parent of the services' state folders. */
  directory: string;
  /** Settings that all services share. */
  settings: Settings;
  apiUrl: string;
  /** Shell command that starts a service, if it must see a special disk. */
  shell: string | undefined;
}

export function openPlace(mode: Mode, options: PlaceOptions): Promise<Place> {
  const places: Record<Mode, (options: PlaceOptions) => Promise<Place>> = {
    local: async () => ({ apiSettings: {}, link: null, hosts: [], close: async () => {} }),
    host: openHost,
    queue: (of) => openQueue(of, startRedis),
    'queue-on-postgres': (of) => openQueue(of, startPostgres),
  };
  return places[mode](options);
}

async function openHost({ sandbox, name, directory, settings, shell }: PlaceOptions): Promise<Place> {
  const port = await freePort();
  const own = {
    ...settings,
    PORT: String(port),
    TRAINING_MAX_SESSIONS: '8',
    STATE_DIR: join(directory, 'host'),
  };
  const service = await Service.start((more) =>
    sandbox.startHost(`${name}-host`, { ...own, ...more }, shell),
  );
  const link = await Link.open(port);
  const apiSettings = { ...Sandbox.onHost(link), TRAINING_HOST_TIMEOUT_MS: '5000' };
  const close = async (): Promise<void> => {
    await service.end('SIGTERM');
    await link.close();
  };
  return { apiSettings, link, hosts: [{ service, link: null }], close };
}

/** A server that holds the queue. */
interface QueueServer {
  url: URL;
  stop: () => Promise<void>;
}

async function startRedis(): Promise<QueueServer> {
  const redis = await RedisServer.start();
  return { url: new URL(redis.url), stop: () => redis.stop() };
}

async function startPostgres(): Promise<QueueServer> {
  const postgres = await PostgresServer.start();
  return { url: new URL(await postgres.createDatabase()), stop: () => postgres.stop() };
}

/** The first host reads the API's bars. The second host has no bars and fetches them from the API. */
async function openQueue(options: PlaceOptions, start: () => Promise<QueueServer>): Promise<Place> {
  const server = await start();
  try {
    return await openQueueOn(server, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openQueueOn(server: QueueServer, options: PlaceOptions): Promise<Place> {
  const link = await Link.open(Number(server.url.port));
  const numbers = Array.from({ length: HOSTS }, (_, number) => number);
  const hosts = await Promise.all(numbers.map((number) => openQueueHost(options, server, number)));
  const close = async (): Promise<void> => {
    await Promise.all(hosts.map(({ service }) => service.end('SIGTERM')));
    await Promise.all([link, ...hosts.map((host) => host.link)].map((each) => each.close()));
    await server.stop();
  };
  const apiSettings = { TRAINING_QUEUE_URL: queueUrl(server, link), TRAINING_HOST_TIMEOUT_MS: '5000' };
  return { apiSettings, link, hosts, close };
}

async function openQueueHost(
  { sandbox, name, directory, settings, apiUrl, shell }: PlaceOptions,
  server: QueueServer,
  number: number,
): Promise<{ service: Service; link: Link }> {
  const link = await Link.open(Number(server.url.port));
  const own = {
    ...settings,
    STATE_DIR: join(directory, `host-${number}`),
    TRAINING_QUEUE_URL: queueUrl(server, link),
    KTRDR_API_URL: apiUrl,
    ...(number === 0 ? {} : { DATA_DIR: sandbox.path(`${name}-no-bars`) }),
  };
  const start = (more: Settings) =>
    sandbox.startQueueHost(`${name}-host-${number}`, { ...own, ...more }, shell);
  return { service: await Service.start(start), link };
}

/** The server's URL through the link. */
function queueUrl(server: QueueServer, link: Link): string {
  const url = new URL(server.url);
  url.host = new URL(link.url).host;
  return url.href;
}
