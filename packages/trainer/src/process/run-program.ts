import { execFile, type ExecFileException } from 'node:child_process';
import { createInterface } from 'node:readline';
import { childEnvironment } from './child-environment.js';
import { stepBack } from './step-back.js';

export interface ProgramOptions {
  /** ms until the process is killed. Default: no limit. */
  timeoutMs?: number;
  /** When it aborts, the process is killed. */
  signal?: AbortSignal | undefined;
  /** Written to stdin, which stays open: its end tells the process that the parent has ended. */
  input?: string;
  /** The process is killed if it writes more than this to stdout. Default: 1 MiB, as in Node. */
  mostOutputBytes?: number;
  /** Called with each line of stdout as soon as it is complete. */
  onLine?: (line: string) => void;
}

export interface ProgramOutput {
  /** `null` after exit code 0. */
  error: ExecFileException | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a Node program. Settles after the process has ended, also after an abort: with `execFile`'s own `signal` the promise would
 * settle earlier.
 *
 * @throws the signal's reason after an abort
 */
export function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs = 0, signal, input, mostOutputBytes, onLine }: ProgramOptions,
): Promise<ProgramOutput> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const kill = (): void => void child.kill('SIGKILL');
    const child = execFile(
      process.execPath,
      [program, ...args],
      {
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        env: childEnvironment(),
        ...(mostOutputBytes === undefined ? {} : { maxBuffer: mostOutputBytes }),
      },
      (error, stdout, stderr) => {
        signal?.removeEventListener('abort', kill);
        if (signal?.aborted) reject(signal.reason as Error);
        else resolve({ error, stdout, stderr });
      },
    );
    stepBack(child.pid);
    signal?.addEventListener('abort', kill, { once: true });
    if (onLine !== undefined) createInterface({ input: child.stdout! }).on('line', onLine);
    if (input === undefined) return;
    // A process that has ended does not read its input. Its exit explains why.
    child.stdin!.on('error', () => undefined);
    child.stdin!.write(input);
  });
}
