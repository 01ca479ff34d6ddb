import { ENGINE_SETTINGS, SESSION_LEASE_MS } from '@ktrdr/contracts';
import type { EngineSetting } from '@ktrdr/contracts';
import { SettingsReader } from '@ktrdr/service-kit';
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
}

/** @throws KtrdrError `invalid_setting` */
export function readSettings(): HostSettings {
  const read = new SettingsReader(process.env);
  return {
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', 5002, { min: 0, max: 65_535 }),
    dataDir: read.path('DATA_DIR', 'data'),
    stateDir: read.path('STATE_DIR', '.ktrdr'),
    engine: read.choice('TRAINING_ENGINE', 'auto', ENGINE_SETTINGS),
    cancelGraceMs: read.integer('TRAINING_CANCEL_GRACE_MS', 5_000, { min: 0, max: 60_000 }),
    checkpointEveryMs: read.integer('TRAINING_CHECKPOINT_EVERY_MS', 2_000, { min: 100, max: 3_600_000 }),
    sessionLeaseMs: read.integer('TRAINING_SESSION_LEASE_MS', SESSION_LEASE_MS, {
      min: 1_000,
      max: 3_600_000,
    }),
    maxSessions: read.integer('TRAINING_MAX_SESSIONS', 1, { min: 1, max: 64 }),
    sessionWait: read.boolean('TRAINING_SESSION_WAIT', false),
  };
}
