import { get, type Agent, type IncomingMessage } from 'node:http';
import { nowMs, stampIn } from './stamp.js';

/** Reads one operation's events and records what arrives when. */
export class StreamReader {
  /** Time from each report to its arrival here, ms. */
  readonly delays: number[] = [];
  /** Numbers of the received reports. */
  readonly numbers: number[] = [];
  /** The last received status. */
  lastStatus = '';
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  private rest = '';
  private measures = false;

  private constructor(response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.take(chunk, nowMs()));
    this.ended = new Promise((resolve, reject) => {
      response.once('end', resolve);
      response.once('error', reject);
    });
  }

  /** @throws if the status of the response is not 200 */
  static open(url: string, agent: Agent): Promise<StreamReader> {
    return new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        if (response.statusCode === 200) resolve(new StreamReader(response));
        else reject(new Error(`${url}: HTTP ${response.statusCode}`));
      }).once('error', reject);
    });
  }

  /** Starts measuring; earlier events do not count. */
  measure(): void {
    this.measures = true;
  }

  private take(chunk: string, now: number): void {
    const events = (this.rest + chunk).split('\n\n');
    this.rest = events.pop() ?? '';
    for (const event of events) this.takeEvent(event, now);
  }

  private takeEvent(event: string, now: number): void {
    const status = /"status":"(\w+)"/.exec(event)?.[1];
    if (status === undefined) return;
    this.lastStatus = status;
    const stamp = stampIn(event);
    if (stamp === null || !this.measures || this.numbers.at(-1) === stamp.number) return;
    this.numbers.push(stamp.number);
    // a status event repeats an older report, so its delay says nothing
    if (event.includes('event: progress')) this.delays.push(now - stamp.at);
  }
}
