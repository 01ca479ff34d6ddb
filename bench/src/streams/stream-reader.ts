import { get, type Agent, type IncomingMessage } from 'node:http';
import { nowMs, stampIn } from './stamp.js';

/** What one reader of an operation's events has seen. */
export class StreamReader {
  /** ms from each report to its arrival here. */
  readonly delays: number[] = [];
  /** Numbers of the reports that arrived. */
  readonly numbers: number[] = [];
  /** The status that came last. */
  lastStatus = '';
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  #rest = '';
  #measures = false;

  private constructor(response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#take(chunk, nowMs()));
    this.ended = new Promise((resolve, reject) => {
      response.once('end', resolve);
      response.once('error', reject);
    });
  }

  /** @throws where the answer is no stream */
  static open(url: string, agent: Agent): Promise<StreamReader> {
    return new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        if (response.statusCode === 200) resolve(new StreamReader(response));
        else reject(new Error(`${url}: HTTP ${response.statusCode}`));
      }).once('error', reject);
    });
  }

  /** From here on what arrives counts. */
  measure(): void {
    this.#measures = true;
  }

  #take(chunk: string, now: number): void {
    const events = (this.#rest + chunk).split('\n\n');
    this.#rest = events.pop() ?? '';
    for (const event of events) this.#takeEvent(event, now);
  }

  #takeEvent(event: string, now: number): void {
    const status = /"status":"(\w+)"/.exec(event)?.[1];
    if (status === undefined) return;
    this.lastStatus = status;
    const stamp = stampIn(event);
    if (stamp === null || !this.#measures || this.numbers.at(-1) === stamp.number) return;
    this.numbers.push(stamp.number);
    // what a change of the status carries is as old as it is
    if (event.includes('event: progress')) this.delays.push(now - stamp.at);
  }
}
