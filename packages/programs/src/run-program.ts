import { execFile, type ExecFileException } from 'node:child_process';
import { createInterface } from 'node:readline';
import { childEnvironment } from './child-environment.js';
import { MemoryWatch } from './memory-watch.js';
import { stepBack } from './step-back.js';

const MB = 2 ** 20;

export interface ProgramOptions {
  /** ms until the process is killed. Default: no limit. */
  timeoutMs?: number;
  /** When it aborts, the process is killed. */
  signal?: AbortSignal | undefined;
  /** The process is killed if it uses more memory than this. Default: no limit. */
  mostMemoryMb?: number;
  /** Written to stdin, which stays open: its end tells the process that the parent has ended. */
  input?: string;
  /** The process is killed if it writes more than this to stdout. Default: 1 MiB, as in Node. */
  mostOutputBytes?: number;
  /** Called with each line of stdout as soon as it is complete. `write` writes to stdin. */
  onLine?: (line: string, write: (text: string) => void) => void;
}

/** How a process ended. */
export interface ProgramEnd {
  /** `null` after exit code 0. */
  error: ExecFileException | null;
  stderr: string;
  /** It was killed because it used this much memory (MB); `null` if it was not. */
  usedMb: number | null;
}

export interface ProgramOutput extends ProgramEnd {
  stdout: string;
}

/**
 * Runs a Node program. Settles after the process has ended, also after an abort: with `execFile`'s own `signal` the promise would
 * settle earlier.
 *
 * @throws the signal's reason after an abort
 */
export function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs = 0, signal, mostMemoryMb, input, mostOutputBytes, onLine }: ProgramOptions,
): Promise<ProgramOutput> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const kill = (): void => void child.kill('SIGKILL');
    let usedMb: number | null = null;
    const heap = mostMemoryMb === undefined ? [] : [`--max-old-space-size=${mostMemoryMb}`];
    const child = execFile(
      process.execPath,
      [...heap, program, ...args],
      {
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        env: childEnvironment(),
        ...(mostOutputBytes === undefined ? {} : { maxBuffer: mostOutputBytes }),
      },
      (error, stdout, stderr) => {
        signal?.removeEventListener('abort', kill);
        memory.stop();
        if (signal?.aborted) reject(signal.reason as Error);
        else resolve({ error, stdout, stderr, usedMb });
      },
    );
    const memory = new MemoryWatch(child.pid, (mostMemoryMb ?? Infinity) * MB, (bytes) => {
      usedMb = Math.round(bytes / MB);
      kill();
    });
    stepBack(child.pid);
    signal?.addEventListener('abort', kill, { once: true });
    // A process that has ended does not read its input. Its exit explains why.
    child.stdin!.on('error', () => undefined);
    const write = (text: string): void => void child.stdin!.write(text);
    if (onLine !== undefined)
      createInterface({ input: child.stdout! }).on('line', (line) => onLine(line, write));
    if (input !== undefined) write(input);
  });
}
