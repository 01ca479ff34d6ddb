import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PEERS = join(import.meta.dirname, '../peers');
const TIMEOUT_MS = 600_000;
/** Debian's own Python has Debian's packages, whatever `python3` is on the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** A line that a peer's program writes for a case. */
export type PeerLine = Record<string, unknown>;

/** A Python that can import a module, or `null`. */
export async function findPython(module: string): Promise<string | null> {
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

/** Runs a program of `bench/peers`. Choices of BLAS kernels made for other programs do not reach it. */
export async function runPeer(python: string, program: string, args: string[] = []): Promise<PeerLine[]> {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
  const { stdout } = await run(python, [join(PEERS, program), ...args], { env, timeout: TIMEOUT_MS });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PeerLine);
}
