import { execFile, type ExecFileException } from 'node:child_process';

export interface ProgramOptions {
  /** ms until the process is killed. */
  timeoutMs: number;
  /** When it aborts, the process is killed. */
  signal?: AbortSignal | undefined;
  /** Written to stdin, which then stays open: its end tells the process that nobody waits for it any more. */
  input?: string;
  /** The process is killed when it writes more than this to stdout. Default: Node's, 1 MiB. */
  mostOutputBytes?: number;
}

export interface ProgramOutput {
  /** `null` after exit code 0. */
  error: ExecFileException | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a Node program. Settles after the process has ended, also after an abort: `execFile`'s own `signal` would answer
 * before that.
 *
 * @throws the signal's reason after an abort
 */
export function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { timeoutMs, signal, input, mostOutputBytes }: ProgramOptions,
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
        ...(mostOutputBytes === undefined ? {} : { maxBuffer: mostOutputBytes }),
      },
      (error, stdout, stderr) => {
        signal?.removeEventListener('abort', kill);
        if (signal?.aborted) reject(signal.reason as Error);
        else resolve({ error, stdout, stderr });
      },
    );
    signal?.addEventListener('abort', kill, { once: true });
    if (input === undefined) return;
    // A process that has ended reads nothing; its ending says why.
    child.stdin!.on('error', () => undefined);
    child.stdin!.write(input);
  });
}
