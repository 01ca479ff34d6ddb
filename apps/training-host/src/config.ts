import { hostname } from 'node:os';
import { join } from 'node:path';
import { ENGINE_SETTINGS, KtrdrError, SESSION_LEASE_MS, shown } from '@ktrdr/contracts';
import type { EngineSetting } from '@ktrdr/contracts';
import { DEFAULT_LEASE_MS } from '@ktrdr/orchestrator';
import { SettingsReader, readListenSettings } from '@ktrdr/service-kit';
import type { ListenSettings } from '@ktrdr/service-kit';

/** Settings of the training host. Folders are absolute, times in ms. */
export interface HostSettings extends ListenSettings {
  dataDir: string;
  stateDir: string;
  engine: EngineSetting;
  /** How long a cancelled training process may take to stop by itself. */
  cancelGraceMs: number;
  /** Time between two checkpoints of a session. */
  checkpointEveryMs: number;
  /** A session that nobody has asked for in this time is cancelled: its API is gone, or cannot reach the host. */
  sessionLeaseMs: number;
  /** So many sessions compute at a time. */
  maxSessions: number;
  /** A session beyond `maxSessions` waits for its turn; else it is refused. */
  sessionWait: boolean;
  /** `null`: an API sends the sessions. */
  queue: HostQueueSettings | null;
}

/** Of a host that takes trainings out of a queue. */
export interface HostQueueSettings {
  url: string;
  /** Where bars, checkpoints and models come from and go to. */
  apiUrl: string;
  /** A host that is cut off from the queue for so long has lost its trainings to others. */
  leaseMs: number;
  /** Unique among the hosts of the queue. */
  name: string;
  /** What this process keeps while it runs; others of this machine have folders of their own. */
  workDir: string;
}

const QUEUE_FLAG = '--queue';

/** @throws KtrdrError `invalid_setting` */
export function readSettings(): HostSettings {
  const read = new SettingsReader(process.env);
  const stateDir = read.path('STATE_DIR', '.ktrdr');
  const queue = takesFromQueue(process.argv.slice(2)) ? readQueue(read, stateDir) : null;
  return {
    // nobody has to know where a host of a queue listens: several of one machine take any free port
    ...readListenSettings(read, queue === null ? 5002 : 0),
    dataDir: read.path('DATA_DIR', 'data'),
    stateDir,
    engine: read.choice('TRAINING_ENGINE', 'auto', ENGINE_SETTINGS),
    cancelGraceMs: read.integer('TRAINING_CANCEL_GRACE_MS', 5_000, { min: 0, max: 60_000 }),
    checkpointEveryMs: read.integer('TRAINING_CHECKPOINT_EVERY_MS', 2_000, { min: 100, max: 3_600_000 }),
    sessionLeaseMs: read.integer('TRAINING_SESSION_LEASE_MS', SESSION_LEASE_MS, {
      min: 1_000,
      max: 3_600_000,
    }),
    maxSessions: read.integer('TRAINING_MAX_SESSIONS', 1, { min: 1, max: 64 }),
    sessionWait: queue !== null || read.boolean('TRAINING_SESSION_WAIT', false),
    queue,
  };
}

function takesFromQueue(args: readonly string[]): boolean {
  const unknown = args.find((arg) => arg !== QUEUE_FLAG);
  if (unknown === undefined) return args.includes(QUEUE_FLAG);
  throw new KtrdrError(
    'invalid_setting',
    `npm run host takes ${QUEUE_FLAG} and nothing else, not ${shown(unknown)}. Settings are environment variables.`,
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
