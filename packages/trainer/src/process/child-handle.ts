import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type ChildMessage, isChildMessage, type ParentMessage } from './messages.js';
import { OutputTail } from './output-tail.js';

/** How long output may still come after the process has ended. */
const DRAIN_MS = 1_000;

/** How a process ended: one of `code` and `signal` is set, or `startError` where it never ran. */
export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  startError: Error | null;
  /** Last lines of its output. */
  output: string[];
}

export interface ChildListeners {
  onMessage(message: ChildMessage): void;
  onOutput(line: string): void;
}

/** A running child process. Sending to and killing a dead one does nothing. */
export interface ChildHandle {
  send(message: ParentMessage): void;
  kill(signal: NodeJS.Signals): void;
  /** Never rejects; resolves when the process is gone and its last message and line have been read. */
  readonly ended: Promise<ChildEnd>;
}

/** Starts `entry` (a JavaScript file) with Node, an IPC channel and captured output. */
export function startChild(entry: string, listeners: ChildListeners): ChildHandle {
  const child = fork(entry, [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const tail = new OutputTail((line) => listeners.onOutput(line));
  const writeToTail = (text: string): void => tail.write(text);
  for (const stream of [child.stdout, child.stderr] as Readable[]) {
    stream.setEncoding('utf8').on('data', writeToTail);
  }
  child.on('message', (message) => {
    if (isChildMessage(message)) listeners.onMessage(message);
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
      // 'close' follows when every pipe is read to its end
      setTimeout(settle, DRAIN_MS).unref();
    });
    child.once('close', settle);
    child.on('error', (error) => {
      // also emitted for a message that could not be sent or a signal that found no process
      if (child.pid !== undefined) return;
      end = { code: null, signal: null, startError: error };
      settle();
    });
  });

  return {
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    kill(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    },
    ended,
  };
}
