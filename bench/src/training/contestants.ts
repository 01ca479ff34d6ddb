import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from '@ktrdr/contracts';
import type { StoredCase, TrainingCase } from '../training-cases.js';
import { findPython, Peer, peerProgram } from '../peer.js';

/** An answer of a program that trains a case. `bench/peers/training/protocol.py` describes it. */
export interface TrainingAnswer {
  samples: number;
  seconds: number;
  first_s: number | null;
  loss: number | null;
  processor_s: number;
  versions: string;
}

/** A program that trains a case. */
export interface Contestant {
  name: string;
  command: [string, ...string[]];
  /** Whether it can train the case. */
  can(one: TrainingCase): boolean;
}

const isAny = (): boolean => true;
const isMlp = ({ model }: TrainingCase): boolean => model === 'mlp';

/** By name; `needs` is the module that Python must have. */
const PEERS = [
  { name: 'PyTorch', needs: 'torch', program: 'torch_peer.py', args: [], can: isAny },
  { name: 'PyTorch, compiled', needs: 'torch', program: 'torch_peer.py', args: ['compile'], can: isAny },
  { name: 'JAX', needs: 'jax', program: 'jax_peer.py', args: [], can: isAny },
  {
    name: 'scikit-learn',
    needs: 'sklearn',
    program: 'sklearn_peer.py',
    args: [],
    can: (one: TrainingCase): boolean => isMlp(one) && one.dropout === 0,
  },
  { name: 'TensorFlow', needs: 'tensorflow', program: 'tensorflow_peer.py', args: [], can: isAny },
  { name: 'TensorFlow, XLA', needs: 'tensorflow', program: 'tensorflow_peer.py', args: ['jit'], can: isAny },
] as const;

/** The names of all peers. */
export const PEER_NAMES: readonly string[] = PEERS.map(({ name }) => name);

/** Our trainer with one engine. */
export function ourContestant(engine: EngineName): Contestant {
  return {
    name: engine,
    command: [process.execPath, join(import.meta.dirname, 'our-training-process.js'), engine],
    can: engine.startsWith('onnx') ? isAny : isMlp,
  };
}

/** The peers that a Python (`chosen` if given) has, and what is missing. */
export async function findPeers(
  chosen: string | undefined,
): Promise<{ peers: Contestant[]; missing: string[] }> {
  const peers: Contestant[] = [];
  const missing: string[] = [];
  const pythons = new Map<string, string | null>();
  for (const { name, needs, program, args, can } of PEERS) {
    if (!pythons.has(needs)) pythons.set(needs, await findPython(needs, chosen));
    const python = pythons.get(needs) ?? null;
    if (python === null) missing.push(name);
    else peers.push({ name, command: [python, trainingProgram(program), ...args], can });
  }
  return { peers, missing };
}

/** The limit that the matrix products of an mlp set, or `null` if no Python has numpy. */
export async function findProducts(chosen: string | undefined): Promise<Contestant | null> {
  const python = await findPython('numpy', chosen);
  return python === null
    ? null
    : { name: 'products', command: [python, trainingProgram('products_peer.py')], can: isMlp };
}

function trainingProgram(program: string): string {
  return peerProgram(join('training', program));
}

/** Starts programs on the last core, where the machine has `taskset`: all of them compete on the same terms. */
export class Starter {
  private readonly pin: [string, ...string[]] | null;

  constructor() {
    try {
      const core = String(availableParallelism() - 1);
      execFileSync('taskset', ['-c', core, 'true']);
      this.pin = ['taskset', '-c', core];
    } catch {
      this.pin = null;
    }
  }

  get isPinned(): boolean {
    return this.pin !== null;
  }

  launch({ command }: Contestant): Promise<Peer> {
    return Peer.launch(this.pin === null ? command : [...this.pin, ...command]);
  }
}

/** Trains for some seconds. */
export function trainFor(peer: Peer, one: StoredCase, seconds: number): Promise<TrainingAnswer> {
  return peer.ask({ case: one, seconds }, seconds);
}
