import { availableParallelism } from 'node:os';
import { ENGINE_SETTINGS, SESSION_LEASE_MS, type EngineSetting } from '@ktrdr/contracts';
import {
  DEFAULT_LEASE_MS,
  hostServiceVariables,
  type HostServiceSetting,
  type OnInterrupt,
} from '@ktrdr/orchestrator';
import {
  SettingsReader,
  readAuthorities,
  readHostSecret,
  readListenSettings,
  type ListenSettings,
} from '@ktrdr/service-kit';
import {
  DEFAULT_FEATURE_CACHE_MB,
  defaultTrainingMemoryMb,
  type TrainingLimits,
} from '@ktrdr/training-operation';
import { readSourcesOf, type DataSourceSettings } from './data-download/data-source-settings.js';

/** Settings of the API. Folders are absolute, times in ms. */
export interface ApiSettings extends ListenSettings {
  dataDir: string;
  modelsDir: string;
  strategiesDir: string;
  stateDir: string;
  /** Files below this folder may be imported by their path; `null`: only uploads. */
  importDir: string | null;
  /** Limits of imports: size of a file, memory of a process that reads one (MB). */
  importLimits: { fileMb: number; memoryMb: number };
  /** Networks other than the public internet that webhooks may reach. */
  notifyPrivateNetworks: string[];
  /** Where bars may be downloaded from. */
  dataSources: DataSourceSettings;
  /** `postgres://...`; without it operations are kept in `{stateDir}/ktrdr.db`. */
  databaseUrl: string | undefined;
  /** Password for `databaseUrl` if the URL has none. */
  databasePassword: string | undefined;
  /** Other APIs take over the operations of an API that has not renewed its lease for this long. */
  leaseMs: number;
  /** What happens to an operation that was interrupted by the end of its API. */
  onInterrupt: OnInterrupt;
  /** An attempt of an operation is stopped after this many hours; `0`: never. */
  operationMaxHours: number;
  /** Maximum number of operations of one type that wait. */
  operationsMaxWaiting: number;
  /** Operations are removed this many days after their end; `0` keeps them. */
  operationsKeepDays: number;
  /** Whether trainings run on a host, and on which. */
  trainingHost: Required<HostServiceSetting>;
  /** How the API and its training host recognise each other. */
  trainingHostTrust: { secret: string | null; ca: string | null };
  trainingEngine: EngineSetting;
  /** Grace time of a cancelled training process. */
  trainingCancelGraceMs: number;
  /** Time between two checkpoints of a training beside the API. */
  trainingCheckpointEveryMs: number;
  /** Maximum size of the cache of features; 0: no cache. */
  trainingFeatureCacheMb: number;
  /** Limits of the trainings that compute beside the API. */
  trainingLimits: TrainingLimits;
  /** Training processes that wait beside the API with loaded modules. */
  trainingWarmProcesses: number;
  /** Time between two polls of a session. */
  trainingHostPollMs: number;
  /** A host or queue that does not answer for this long is lost. */
  trainingHostTimeoutMs: number;
  /** `redis://...` or `postgres://...`: trainings run on the hosts that take them out of this queue. */
  trainingQueueUrl: string | undefined;
  /** Maximum number of trainings of one user that run at a time; `0`: no limit. */
  trainingQueueUserLimit: number;
}

/** Injects the `ApiSettings`. */
export const API_SETTINGS = Symbol('API_SETTINGS');

const HOUR_MS = 3_600_000;
/** Set by the environment for all programs. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** @throws KtrdrError `invalid_setting` */
export function readSettings(): ApiSettings {
  const read = new SettingsReader(process.env);
  const host = hostServiceVariables('TRAINING');
  return {
    ...readListenSettings(read, 8000),
    dataDir: read.path('DATA_DIR', 'data'),
    modelsDir: read.path('MODELS_DIR', 'models'),
    strategiesDir: read.path('STRATEGIES_DIR', 'strategies'),
    stateDir: read.path('STATE_DIR', '.ktrdr'),
    databaseUrl: read.text('DATABASE_URL', '') || undefined,
    databasePassword: read.text('POSTGRES_PASSWORD', '') || undefined,
    leaseMs: read.integer('LEASE_MS', DEFAULT_LEASE_MS, { min: 100, max: HOUR_MS }),
    onInterrupt: read.choice('ON_INTERRUPT', 'fail', ['fail', 'resume']),
    operationMaxHours: read.integer('OPERATION_MAX_HOURS', 0, { min: 0, max: 500 }),
    operationsMaxWaiting: read.integer('OPERATIONS_MAX_WAITING', 1_000, { min: 1, max: 1_000_000 }),
    operationsKeepDays: read.integer('OPERATIONS_KEEP_DAYS', 0, { min: 0, max: 36_500 }),
    trainingHost: { use: read.boolean(host.use, false), url: read.url(host.url, 'http://localhost:5002') },
    trainingHostTrust: { secret: readHostSecret(read), ca: readAuthorities(read, 'TRAINING_HOST_CA_FILE') },
    trainingEngine: read.choice('TRAINING_ENGINE', 'auto', ENGINE_SETTINGS),
    trainingCancelGraceMs: read.integer('TRAINING_CANCEL_GRACE_MS', 5000, { min: 0, max: HOUR_MS }),
    trainingCheckpointEveryMs: read.integer('TRAINING_CHECKPOINT_EVERY_MS', 2000, { min: 100, max: HOUR_MS }),
    trainingFeatureCacheMb: read.integer('TRAINING_FEATURE_CACHE_MB', DEFAULT_FEATURE_CACHE_MB, {
      min: 0,
      max: 100_000_000,
    }),
    trainingLimits: {
      mostAtOnce: read.integer('TRAINING_MAX_LOCAL', availableParallelism(), { min: 1, max: 1_000 }),
      threads: read.integer('TRAINING_THREADS', availableParallelism(), { min: 1, max: 64 }),
      memoryMb: read.integer('TRAINING_MAX_MEMORY_MB', defaultTrainingMemoryMb(), {
        min: 128,
        max: 100_000_000,
      }),
      hours: read.integer('TRAINING_MAX_HOURS', 168, { min: 0, max: 1_000_000 }),
    },
    trainingWarmProcesses: read.integer('TRAINING_WARM_PROCESSES', 1, { min: 0, max: 64 }),
    trainingHostPollMs: read.integer('TRAINING_HOST_POLL_MS', 500, { min: 10, max: SESSION_LEASE_MS / 4 }),
    trainingHostTimeoutMs: read.integer('TRAINING_HOST_TIMEOUT_MS', 30_000, { min: 100, max: HOUR_MS }),
    trainingQueueUrl: read.text('TRAINING_QUEUE_URL', '') || undefined,
    trainingQueueUserLimit: read.integer('TRAINING_QUEUE_USER_LIMIT', 0, { min: 0, max: 10_000 }),
    dataSources: {
      sources: readSourcesOf(read.names('DATA_SOURCES'), read.optionalPath('DATA_SOURCES_FILE')),
      privateNetworks: read.networks('DATA_SOURCES_PRIVATE_NETWORKS'),
      ignoresProxy: PROXIES.some((name) => read.text(name, '') !== ''),
    },
    notifyPrivateNetworks: read.networks('NOTIFY_PRIVATE_NETWORKS'),
    importDir: read.optionalPath('IMPORT_DIR'),
    importLimits: {
      fileMb: read.integer('IMPORT_MAX_FILE_MB', 2_000, { min: 1, max: 1_000_000 }),
      memoryMb: read.integer('IMPORT_MAX_MEMORY_MB', 2_000, { min: 128, max: 1_000_000 }),
    },
  };
}
