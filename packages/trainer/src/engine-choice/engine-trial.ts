import type { EngineName } from '@ktrdr/contracts';
import { lineOfError, runProgram } from '@ktrdr/programs';
import { ENGINE_TRIAL_PROCESS } from '../process/programs.js';
import { isOnnx } from '../engines/engine-names.js';
import { providerProblem } from '../engines/onnx/provider-problem.js';
import { kernelProblem } from '../engines/wasm/kernels.js';
import { nativePackageProblem } from '../engines/tensorflow/native-package.js';
import { SMALLEST_NETWORK, type TrialNetwork } from './trial-network.js';

/** Result of a trial: the time of a step, or the problem. */
export type EngineTrial = { msPerStep: number } | { problem: string };

/** Tries engines on this machine. */
export interface EngineTrials {
  /**
   * Why the engine cannot be used on this machine, or `null` if it can.
   *
   * @param isNamed whether the user named the engine, instead of `auto`
   */
  load(engine: EngineName, isNamed: boolean): Promise<string | null>;
  /** Times steps of a network on an engine that loads. @throws the signal's reason after an abort */
  time(engine: EngineName, network: TrialNetwork, signal: AbortSignal): Promise<EngineTrial>;
}

/** The first load of a GPU's libraries can take tens of seconds. */
const TIMEOUT_MS = 60_000;

/** Aborts when this process exits, because a trial that is still loading does not yet read its input, which ends with its parent. */
const exiting = new AbortController();
process.once('exit', () => exiting.abort());

/**
 * Tries each engine in its own short-lived process: loading a native library that does not fit the machine can crash the process.
 * `wasm` has no native library, so it loads in this process, in milliseconds.
 */
export class ProcessTrials implements EngineTrials {
  async load(engine: EngineName, isNamed: boolean): Promise<string | null> {
    if (engine === 'wasm') return kernelProblem();
    const missing = missingPart(engine, isNamed);
    if (missing !== null) return missing;
    const trial = await this.run(engine, SMALLEST_NETWORK, 'installed, but it does not load');
    return 'problem' in trial ? trial.problem : null;
  }

  time(engine: EngineName, network: TrialNetwork, signal: AbortSignal): Promise<EngineTrial> {
    return this.run(engine, network, 'it loads, but cannot train this network', signal);
  }

  private async run(
    engine: EngineName,
    network: TrialNetwork,
    failure: string,
    signal = exiting.signal,
  ): Promise<EngineTrial> {
    const { error, stdout, stderr } = await runProgram(
      [ENGINE_TRIAL_PROCESS, engine, JSON.stringify(network)],
      {
        timeoutMs: TIMEOUT_MS,
        signal: AbortSignal.any([signal, exiting.signal]),
      },
    );
    const trial = error === null ? trialResult(stdout) : { problem: endingOf(error, stderr) };
    return 'problem' in trial ? { problem: `${failure}: ${trial.problem}` } : trial;
  }
}

/** Why the engine cannot load, if that is visible without loading it; otherwise `null`. */
function missingPart(engine: EngineName, isNamed: boolean): string | null {
  if (isOnnx(engine)) return providerProblem(engine, isNamed);
  return engine === 'tensorflow-gpu' || engine === 'tensorflow-node' ? nativePackageProblem(engine) : null;
}

/** The process prints one line of JSON, possibly after output of a library. */
function trialResult(stdout: string): EngineTrial {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as EngineTrial;
}

function endingOf(
  error: { killed?: boolean; signal?: string | null; code?: unknown },
  stderr: string,
): string {
  const ending = error.killed
    ? `it did not answer within ${TIMEOUT_MS / 1000} s`
    : error.signal
      ? `the process ended with ${error.signal}`
      : `exit code ${String(error.code)}`;
  const said = lineOfError(stderr.trim().split('\n'));
  return `${ending}${said ? `: ${said.trim()}` : ''}`;
}
