import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { ENGINE_SETTINGS, KtrdrError, SESSION_LEASE_MS, shown } from '@ktrdr/contracts';
import type { EngineSetting } from '@ktrdr/contracts';
import { DEFAULT_LEASE_MS } from '@ktrdr/orchestrator';
import {
  MAKE_SECRET,
  SettingsReader,
  exposedBy,
  readHostSecret,
  readListenSettings,
  readToken,
} from '@ktrdr/service-kit';
import type { ListenSettings } from '@ktrdr/service-kit';
import {
  DEFAULT_FEATURE_CACHE_MB,
  defaultTrainingMemoryMb,
  type TrainingLimits,
} from '@ktrdr/training-operation';

/** Settings of the training host. Folders are absolute, times in ms. */
export interface HostSettings extends ListenSettings {
  dataDir: string;
  stateDir: string;
  engine: EngineSetting;
  /** Grace time of a cancelled training process. */
  cancelGraceMs: number;
  /** Time between two checkpoints of a session. */
  checkpointEveryMs: number;
  /** Maximum size of the cache of features; 0: no cache. */
  featureCacheMb: number;
  /** A session without a request for this long is cancelled: its API is gone, or cannot reach the host. */
  sessionLeaseMs: number;
  /** Maximum number of sessions that compute at a time. */
  maxSessions: number;
  limits: TrainingLimits;
  /** Training processes that wait with loaded modules. */
  warmProcesses: number;
  /** True: a session beyond `maxSessions` waits for its turn. False: it is refused. */
  sessionWait: boolean;
  /** The secret that the API signs its requests with; `null`: everyone who reaches the service may use it. */
  secret: string | null;
  /** `null`: an API starts the sessions. */
  queue: HostQueueSettings | null;
}

/** Settings of a host that takes trainings from a queue. */
export interface HostQueueSettings {
  url: string;
  /** The API: it sends bars and checkpoints, and receives checkpoints and models. */
  apiUrl: string;
  /** A host that cannot reach the queue for this long loses its trainings to other hosts. */
  leaseMs: number;
  /** Unique among the hosts of the queue. */
  name: string;
  /** Files of this process while it runs. Other hosts on this machine have their own folders. */
  workDir: string;
}

const QUEUE_FLAG = '--queue';
const READ_TOKEN_FLAG = '--read-token';

/** @throws KtrdrError `invalid_setting` */
export function readSettings(): HostSettings {
  const read = new SettingsReader(process.env);
  const stateDir = read.path('STATE_DIR', '.ktrdr');
  const queue = takesFromQueue(process.argv.slice(2)) ? readQueue(read, stateDir) : null;
  const secret = readHostSecret(read);
  // no API connects to a host of the queue, so it uses any free port, and one machine can run several hosts
  const listens = readListenSettings(read, queue === null ? 5002 : 0);
  checkExposure(listens, secret);
  const maxSessions = read.integer('TRAINING_MAX_SESSIONS', 1, { min: 1, max: 64 });
  return {
    ...listens,
    secret,
    dataDir: read.path('DATA_DIR', 'data'),
    stateDir,
    engine: read.choice('TRAINING_ENGINE', 'auto', ENGINE_SETTINGS),
    cancelGraceMs: read.integer('TRAINING_CANCEL_GRACE_MS', 5_000, { min: 0, max: 60_000 }),
    checkpointEveryMs: read.integer('TRAINING_CHECKPOINT_EVERY_MS', 2_000, { min: 100, max: 3_600_000 }),
    featureCacheMb: read.integer('TRAINING_FEATURE_CACHE_MB', DEFAULT_FEATURE_CACHE_MB, {
      min: 0,
      max: 100_000_000,
    }),
    sessionLeaseMs: read.integer('TRAINING_SESSION_LEASE_MS', SESSION_LEASE_MS, {
      min: 1_000,
      max: 3_600_000,
    }),
    maxSessions,
    limits: {
      mostAtOnce: maxSessions,
      threads: read.integer('TRAINING_THREADS', availableParallelism(), { min: 1, max: 64 }),
      memoryMb: read.integer('TRAINING_MAX_MEMORY_MB', defaultTrainingMemoryMb(), {
        min: 128,
        max: 100_000_000,
      }),
      hours: read.integer('TRAINING_MAX_HOURS', 168, { min: 0, max: 1_000_000 }),
    },
    warmProcesses: read.integer('TRAINING_WARM_PROCESSES', 1, { min: 0, max: 64 }),
    sessionWait: queue !== null || read.boolean('TRAINING_SESSION_WAIT', false),
    queue,
  };
}

/** Prints the token for programs that only read, if the command line asks for it. @throws KtrdrError `invalid_setting` */
export function printReadToken(print: (text: string) => void): boolean {
  if (process.argv[2] !== READ_TOKEN_FLAG || process.argv.length !== 3) return false;
  const secret = readHostSecret(new SettingsReader(process.env));
  if (secret === null) throw needsSecret(`${READ_TOKEN_FLAG} needs the setting TRAINING_HOST_SECRET`);
  print(`${readToken(secret)}\n`);
  return true;
}

/** Without a secret, only programs of this machine may reach the host. */
function checkExposure(listens: ListenSettings, secret: string | null): void {
  const setting = exposedBy(listens);
  if (secret !== null || setting === null) return;
  throw needsSecret(
    `${setting} needs the setting TRAINING_HOST_SECRET, because other machines could start trainings here`,
  );
}

function needsSecret(problem: string): KtrdrError {
  return new KtrdrError(
    'invalid_setting',
    `${problem}. Make a secret with: ${MAKE_SECRET}. The API needs the same one (docs/network.md).`,
    { details: { name: 'TRAINING_HOST_SECRET' } },
  );
}

function takesFromQueue(args: readonly string[]): boolean {
  const unknown = args.find((arg) => arg !== QUEUE_FLAG);
  if (unknown === undefined) return args.includes(QUEUE_FLAG);
  throw new KtrdrError(
    'invalid_setting',
    `npm run host has only the options ${QUEUE_FLAG} and ${READ_TOKEN_FLAG}, each alone, not ${shown(unknown)}. Settings are environment variables.`,
  );
}

function readQueue(read: SettingsReader, stateDir: string): HostQueueSettings {
  const url = read.text('TRAINING_QUEUE_URL', '');
  if (url === '') {
    throw new KtrdrError(
      'invalid_setting',
      `${QUEUE_FLAG} needs the setting TRAINING_QUEUE_URL: redis://... or postgres://..., the same as the API's.`,
    );
  }
  const name = `${hostname()}-${process.pid}`;
  return {
    url,
    apiUrl: read.url('KTRDR_API_URL', 'http://localhost:8000'),
    leaseMs: read.integer('LEASE_MS', DEFAULT_LEASE_MS, { min: 1_000, max: 3_600_000 }),
    name,
    workDir: join(stateDir, 'queue', name),
  };
}
