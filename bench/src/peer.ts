import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PEERS = join(import.meta.dirname, '../peers');
/** Extra time for an answer beyond the requested measuring time, ms: for loading and compiling a library and creating data. */
const PATIENCE_MS = 180_000;
/** The second is Debian's own Python, which sees Debian's packages even if another `python3` comes first on the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** A program of `bench/peers`. It stays loaded and answers one measurement request per line. */
export class Peer {
  private readonly answers: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    lines: Interface,
  ) {
    this.answers = lines[Symbol.asyncIterator]();
  }

  /**
   * Starts a program in a Python that can import the modules `needs` (`numpy, pandas`): in `chosen` if it is given.
   *
   * @returns `null` if there is none
   */
  static async start(program: string, needs: string, chosen?: string): Promise<Peer | null> {
    const python = await findPython(needs, chosen);
    if (python === null) return null;
    // The peer must choose its own BLAS kernels.
    const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
    const child = spawn(python, [join(PEERS, program)], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    return new Peer(child, createInterface({ input: child.stdout }));
  }

  /** Measures a case for `seconds`. @returns samples per second */
  async speed(request: Readonly<Record<string, unknown>>, seconds: number): Promise<number> {
    const patience = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000 + PATIENCE_MS);
    try {
      this.child.stdin.write(`${JSON.stringify({ ...request, seconds })}\n`);
      const { done, value } = await this.answers.next();
      if (done === true)
        throw new Error(`the program "${this.child.spawnargs.join(' ')}" ended without an answer`);
      const answer = JSON.parse(value) as { samples: number; seconds: number };
      return answer.samples / answer.seconds;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Closes the program's input, which ends it. */
  async end(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.stdin.end();
    await exit;
  }
}

/** @returns a Python that can import the modules (`numpy, pandas`), or `null`. Only `chosen` is tried if it is given. */
export async function findPython(modules: string, chosen?: string): Promise<string | null> {
  for (const python of chosen === undefined ? PYTHONS : [chosen]) {
    try {
      await run(python, ['-c', `import ${modules}`]);
      return python;
    } catch {
      // missing, or without the module: try the next one
    }
  }
  return null;
}
