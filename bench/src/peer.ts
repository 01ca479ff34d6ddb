import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PEERS = join(import.meta.dirname, '../peers');
/** Extra time for an answer beyond the requested measuring time, ms: for loading and compiling a library and creating data. */
const PATIENCE_MS = 300_000;
/** The second is Debian's own Python, which sees Debian's packages even if another `python3` comes first on the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];
/** Characters of a program's error output that a message shows. */
const SHOWN_ERRORS = 2000;

/** A program that answers one request per line. It stays loaded between requests. */
export class Peer {
  private readonly answers: AsyncIterator<string>;
  private errors = '';

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, Readable>,
    lines: Interface,
  ) {
    this.answers = lines[Symbol.asyncIterator]();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = `${this.errors}${text}`.slice(-SHOWN_ERRORS);
    });
    // A program that has ended cannot read a request. `ask` reports that.
    child.stdin.on('error', () => undefined);
  }

  /**
   * Starts a program of `bench/peers` in a Python that can import the modules `needs` (`numpy, pandas`): in `chosen` if it is given.
   *
   * @returns `null` if there is none
   */
  static async start(program: string, needs: string, chosen?: string): Promise<Peer | null> {
    const python = await findPython(needs, chosen);
    return python === null ? null : Peer.launch([python, peerProgram(program)]);
  }

  static async launch([command, ...args]: readonly [string, ...string[]]): Promise<Peer> {
    // The peer must choose its own BLAS kernels.
    const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new Peer(child, createInterface({ input: child.stdout }));
  }

  /** Sends a request and returns the answer. @throws Error with the last error output if the program ends without one */
  async ask<Answer>(request: object, seconds: number): Promise<Answer> {
    const patience = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000 + PATIENCE_MS);
    try {
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
      const { done, value } = await this.answers.next();
      if (done === true) {
        const program = this.child.spawnargs.join(' ');
        throw new Error(`the program "${program}" ended without an answer\n${this.errors}`);
      }
      return JSON.parse(value) as Answer;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Measures a case for `seconds`. @returns samples per second */
  async speed(request: Readonly<Record<string, unknown>>, seconds: number): Promise<number> {
    const answer = await this.ask<{ samples: number; seconds: number }>({ ...request, seconds }, seconds);
    return answer.samples / answer.seconds;
  }

  /** Closes the program's input, which ends it. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.stdin.end();
    await exit;
  }
}

/** The path of a program of `bench/peers`. */
export function peerProgram(program: string): string {
  return join(PEERS, program);
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
