import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon, { type Options, type Result } from 'autocannon';
import { median, percentile } from '../report.js';

const CONNECTIONS = 10;
/** The kernel adds processor time to a thread's account when it leaves the processor. */
const SETTLE_MS = 20;

/** Requests of one kind to one process. */
export interface Target {
  pid: number;
  url: string;
  /** The body of a `POST`; without one the request is a `GET`. */
  body?: object;
  token?: string;
}

/** How much is sent in one turn: for a time, or so many requests. */
export type Turn = { seconds: number } | { requests: number };

/** Measurements of one target over several turns. */
export class Load {
  private readonly perSecond: number[] = [];
  private readonly processorUs: number[] = [];
  private readonly waits: number[] = [];

  constructor(private readonly target: Target) {}

  /** Sends requests on ten connections that stay open. @throws Error if an answer is not a success */
  async turn(turn: Turn): Promise<void> {
    const { pid, url, body, token } = this.target;
    const options: Options = {
      url,
      connections: CONNECTIONS,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      ...('seconds' in turn ? { duration: turn.seconds } : { amount: turn.requests }),
    };
    const before = processorUs(pid);
    const began = performance.now();
    let answered = 0;
    let ended = began;
    const { errors, non2xx } = await new Promise<Result>((resolve, reject) => {
      const run = autocannon(options, (error: Error | null, result) =>
        error === null ? resolve(result) : reject(error),
      );
      run.on('response', (_client, _status, _bytes, ms) => {
        answered += 1;
        ended = performance.now();
        this.waits.push(ms);
      });
    });
    if (errors > 0 || non2xx > 0)
      throw new Error(`${url}: ${non2xx} answers were not a success, ${errors} requests failed`);
    await sleep(SETTLE_MS);
    this.perSecond.push((1000 * answered) / (ended - began));
    this.processorUs.push((processorUs(pid) - before) / answered);
  }

  /** Forgets the turns so far: the code was not compiled yet. */
  forget(): void {
    for (const values of [this.perSecond, this.processorUs, this.waits]) values.length = 0;
  }

  /** Median of the ratios of processor time, turn by turn: the speed of a machine changes between turns. */
  processorRatioTo(other: Load): number {
    return median(this.processorUs.map((used, turn) => used / other.processorUs[turn]!));
  }

  /** Medians of the turns, and the percentile of all answers. */
  result(): { perSecond: number; processorUs: number; p99Ms: number } {
    return {
      perSecond: median(this.perSecond),
      processorUs: median(this.processorUs),
      p99Ms: percentile(this.waits, 0.99),
    };
  }
}

/** Processor time that all threads of a process have used, in µs. Its child processes do not count. */
function processorUs(pid: number): number {
  const threads = `/proc/${pid}/task`;
  let ns = 0;
  for (const thread of readdirSync(threads))
    ns += Number(readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
  return ns / 1000;
}
