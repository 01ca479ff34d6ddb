/** Topic for messages to a worker about its jobs. */
export function topicOfWorker(name: string): string {
  return `worker ${name}`;
}

/** Topic for the announcements of workers. */
export const WORKERS_TOPIC = 'workers';
/** Interval of a worker's announcements, ms. */
export const ANNOUNCE_MS = 2_000;

/** A message to the worker of a job. */
export type JobMessage =
  /** Starts the work; nothing computes before. `secret`: proves to others that the worker has this delivery. */
  | { type: 'begin'; run: DeliveryNumber; secret?: string }
  | { type: 'cancel'; reason: string | null; force: boolean };

/** A message on the topic of a worker. */
export interface MessageForJob {
  /** Id of the job. */
  job: string;
  message: JobMessage;
}

/**
 * How often the job was delivered to a worker, from 1. The job belongs to the delivery with the highest number. Messages call it
 * `run`, as those of earlier versions do.
 */
export type DeliveryNumber = number;

/** A job in the queue. */
export interface QueuedJob<TData> {
  data: TData;
  /** Owner of the job; `null` counts for no user. */
  user: string | null;
  /** Maximum number of running jobs per user; `0` for no limit. */
  userLimit: number;
}

/** A worker's report about a job, stored as BullMQ's progress. */
export interface JobReport<TReport> {
  run: DeliveryNumber;
  /** Name of the worker. */
  worker: string;
  /** False until the worker has received the message to begin. */
  begun: boolean;
  report: TReport | null;
  /** Number of the job among its user's jobs, if these are limited; `null` while the number is drawn. */
  number?: number | null;
  /** Set while the user limit is checked. Followers still see the job as waiting. */
  undecided?: true;
}

/** A worker's last announcement. */
export interface AnnouncedWorker<TDescription> {
  name: string;
  /** Ids of the jobs that the worker has. */
  jobs: string[];
  /** Maximum number of jobs at a time. */
  concurrency: number;
  description: TDescription;
}

/** A worker's last message: it has stopped. */
export interface WorkerGoodbye {
  name: string;
  left: true;
}

/** A message on `WORKERS_TOPIC`. */
export type WorkerMessage<TDescription> = AnnouncedWorker<TDescription> | WorkerGoodbye;

/**
 * Reads what other processes have put into the queue. Each function returns its value if it has the agreed form.
 * @throws KtrdrError names the field that is wrong
 */
export interface QueueReader<TData, TReport, TOutcome, TDescription> {
  job: (value: unknown) => QueuedJob<TData>;
  report: (value: unknown) => JobReport<TReport>;
  outcome: (value: unknown) => TOutcome;
  message: (value: unknown) => JobMessage;
  worker: (value: unknown) => WorkerMessage<TDescription>;
}
