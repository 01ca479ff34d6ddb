import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ONNX_ENGINE_NAMES, type EngineName, type OnnxEngineName } from '@ktrdr/contracts';
import { providerProblem } from './onnx/provider-problem.js';
import { nativePackageProblem } from './tensorflow/native-package.js';

/** What a trial found: how long a step takes, or why there is none. */
export type EngineTrial = { msPerStep: number } | { problem: string };

/** A first load of a GPU's libraries can take tens of seconds. */
const TIMEOUT_MS = 60_000;

/**
 * Loads an engine in a short process of its own and times steps of a small network: loading a native library that does
 * not fit the machine can end the process that does it.
 *
 * @param from a file: packages are looked for as an import of this file would
 */
export async function tryEngine(
  engine: EngineName,
  from: string = fileURLToPath(import.meta.url),
): Promise<EngineTrial> {
  const problem = missingPart(engine, from);
  if (problem !== null) return { problem };
  const program = fileURLToPath(new URL('./engine-trial-process.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, engine, from],
      { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        resolve(
          error === null
            ? trialResult(stdout)
            : { problem: `installed, but it does not load: ${endingOf(error, stderr)}` },
        );
      },
    );
  });
}

export function isOnnx(engine: EngineName): engine is OnnxEngineName {
  return (ONNX_ENGINE_NAMES as readonly EngineName[]).includes(engine);
}

/** What can be told without a process. */
function missingPart(engine: EngineName, from: string): string | null {
  if (isOnnx(engine)) return providerProblem(engine);
  return engine === 'tensorflow-gpu' || engine === 'tensorflow-node'
    ? nativePackageProblem(engine, from)
    : null;
}

/** The process writes one line of JSON, which may follow what a library prints. */
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
  const lines = stderr.trim().split('\n');
  const said = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1);
  return `${ending}${said ? `: ${said.trim()}` : ''}`;
}
