/** Topic on which whoever put a job in talks to whoever does it. */
export function topicOfJob(jobId: string): string {
  return `jobs.${jobId}`;
}

/** Topic on which workers say that they are there. */
export const WORKERS_TOPIC = 'workers';
/** Time between two of their messages, ms. */
export const ANNOUNCE_MS = 2_000;
/** A message about a job is kept so long for a worker that takes the job later, ms. */
export const KEPT_MS = 60_000;

/** What whoever put a job in says to whoever does it. */
export type JobMessage =
  /** The work may begin. Nothing computes before that. */
  { type: 'begin'; run: number } | { type: 'cancel'; reason: string | null; force: boolean };

/** What is in the queue. */
export interface QueuedJob<TData> {
  data: TData;
  /** Whose job it is; `null` counts for nobody. */
  user: string | null;
  /** So many jobs of one user run at a time; `0` is no limit. */
  userLimit: number;
}

/** What a worker reports of a job, as BullMQ's progress. */
export interface JobReport<TReport> {
  /** How often the job was taken: the run that has it now has the highest number. */
  run: number;
  /** Name of the worker. */
  worker: string;
  /** False until the worker was told to begin. */
  begun: boolean;
  report: TReport | null;
  /** Place among the jobs of its user, where those have a limit; `null` while it is drawn. */
  number?: number | null;
  /** It is not decided yet whether the job may run: it waits all the same. */
  undecided?: true;
}

/** A worker as it last said of itself. */
export interface AnnouncedWorker<TDescription> {
  name: string;
  /** Ids of the jobs that it does. */
  jobs: string[];
  /** It does so many at a time. */
  concurrency: number;
  description: TDescription;
}

/** A worker's last message: it has stopped and takes no more jobs. */
export interface WorkerGoodbye {
  name: string;
  left: true;
}

export type WorkerMessage<TDescription> = AnnouncedWorker<TDescription> | WorkerGoodbye;
