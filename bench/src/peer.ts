import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PEERS = join(import.meta.dirname, '../peers');
/** The longest wait (ms) for an answer beyond the time that was asked for: loading a library, making data. */
const PATIENCE_MS = 60_000;
/** Debian's own Python has Debian's packages, whatever `python3` is on the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** A program of `bench/peers` that stays loaded and measures what each line asks for. */
export class Peer {
  private readonly answers: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    lines: Interface,
  ) {
    this.answers = lines[Symbol.asyncIterator]();
  }

  /** Starts a program in a Python that can import what it needs; `null` where there is none. */
  static async start(program: string, needs: string): Promise<Peer | null> {
    const python = await findPython(needs);
    if (python === null) return null;
    // Choices of BLAS kernels made for other programs do not reach it.
    const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
    const child = spawn(python, [join(PEERS, program)], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    return new Peer(child, createInterface({ input: child.stdout }));
  }

  /** Samples per second of a case, measured for so many seconds. */
  async speed(request: Readonly<Record<string, unknown>>, seconds: number): Promise<number> {
    const patience = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000 + PATIENCE_MS);
    try {
      this.child.stdin.write(`${JSON.stringify({ ...request, seconds })}\n`);
      const { done, value } = await this.answers.next();
      if (done === true) throw new Error(`${this.child.spawnargs.join(' ')} ended without an answer`);
      const answer = JSON.parse(value) as { samples: number; seconds: number };
      return answer.samples / answer.seconds;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Ends the program: it reads to the end of its input. */
  async end(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.stdin.end();
    await exit;
  }
}

/** A Python that can import a module, or `null`. */
async function findPython(module: string): Promise<string | null> {
  for (const python of PYTHONS) {
    try {
      await run(python, ['-c', `import ${module}`]);
      return python;
    } catch {
      // Not there, or without the module: the next one.
    }
  }
  return null;
}
