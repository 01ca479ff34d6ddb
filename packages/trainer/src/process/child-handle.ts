import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';
import { readMessage, type TrainerMessage } from '@ktrdr/contracts/messages';
import { childEnvironment, stepBack } from '@ktrdr/programs';
import type { ParentMessage } from './messages.js';
import { OutputTail } from './output-tail.js';

/** Time to wait for output after the process has ended, ms. */
const DRAIN_MS = 1_000;

/** How a process ended: `code` or `signal` is set, or `startError` if it did not start. */
export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  startError: Error | null;
  /** Last lines of its output. */
  output: string[];
}

export interface ChildListeners {
  onMessage(message: TrainerMessage): void;
  /** The process has sent something else. */
  onInvalid(error: Error): void;
  onOutput(line: string): void;
}

/** A child process. After its end, `send` and `kill` do nothing. */
export interface ChildHandle {
  /** `undefined` if it did not start. */
  readonly pid: number | undefined;
  /** Replaces the listeners. */
  listen(listeners: ChildListeners): void;
  send(message: ParentMessage): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended and its last message and output line have been read. Never rejects. */
  readonly ended: Promise<ChildEnd>;
}

export interface ChildStart {
  /** Limit of its JavaScript heap. Default: Node's. */
  mostHeapMb?: number;
  /** Its name in lists of processes, from its first moment. Default: its command line. */
  title?: string;
  args?: readonly string[];
}

/** Starts `entry` (a JavaScript file) with Node, an IPC channel and captured output. */
export function startChild(
  entry: string,
  first: ChildListeners,
  { mostHeapMb, title, args = [] }: ChildStart = {},
): ChildHandle {
  let listeners = first;
  const child = fork(entry, args, {
    execArgv: [
      ...(mostHeapMb === undefined ? [] : [`--max-old-space-size=${mostHeapMb}`]),
      ...(title === undefined ? [] : [`--title=${title}`]),
    ],
    env: childEnvironment(),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  stepBack(child.pid);
  const tail = new OutputTail((line) => listeners.onOutput(line));
  const writeToTail = (text: string): void => tail.write(text);
  for (const stream of [child.stdout, child.stderr] as Readable[]) {
    stream.setEncoding('utf8').on('data', writeToTail);
  }
  child.on('message', (message) => {
    let known: TrainerMessage;
    try {
      known = readMessage('TrainerMessage', message, 'The training process');
    } catch (cause) {
      listeners.onInvalid(new KtrdrError('trainer_crashed', (cause as Error).message, { cause }));
      return;
    }
    listeners.onMessage(known);
  });

  const ended = new Promise<ChildEnd>((resolve) => {
    let end: Omit<ChildEnd, 'output'> | null = null;
    const settle = (): void => {
      if (end === null) return;
      tail.flush();
      resolve({ ...end, output: tail.lines });
    };
    child.once('exit', (code, signal) => {
      end = { code, signal, startError: null };
      // 'close' follows when all pipes have been read
      setTimeout(settle, DRAIN_MS).unref();
    });
    child.once('close', settle);
    child.on('error', (error) => {
      // also emitted if a message or a signal cannot be sent
      if (child.pid !== undefined) return;
      end = { code: null, signal: null, startError: error };
      settle();
    });
  });

  return {
    pid: child.pid,
    listen(next) {
      listeners = next;
    },
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    kill(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    },
    ended,
  };
}
