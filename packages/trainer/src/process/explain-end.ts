import { constants } from 'node:os';
import { KtrdrError } from '@ktrdr/contracts';
import { lineOfError } from '@ktrdr/programs';
import type { ChildEnd } from './child-handle.js';

const SIGNAL_EXIT = 128;
const OUT_OF_MEMORY = /heap out of memory|Array buffer allocation failed|bad_alloc|Cannot allocate memory/;

/** The error for a trainer process that ended by itself without a result. */
export function explainEnd(end: ChildEnd): KtrdrError {
  const { output, startError } = end;
  if (startError !== null) {
    return new KtrdrError(
      'trainer_crashed',
      `The training process could not be started: ${startError.message}. Free memory or processes on this machine and start again.`,
      { cause: startError },
    );
  }
  const signal = end.signal ?? signalOfExitCode(end.code);
  const details = { exit_code: end.code, signal, output };
  if (signal === 'SIGKILL') {
    return new KtrdrError(
      'trainer_out_of_memory',
      'The training process was killed by the system (SIGKILL), most likely because memory ran out. ' +
        'Use fewer bars or smaller layers, or free memory, and start again.',
      { details },
    );
  }
  const memoryLine = output.find((line) => OUT_OF_MEMORY.test(line));
  if (memoryLine !== undefined) {
    return new KtrdrError(
      'trainer_out_of_memory',
      `The training process ran out of memory (${memoryLine.trim()}). Use fewer bars or smaller layers and start again.`,
      { details },
    );
  }
  const how = signal === null ? `exit code ${end.code ?? 'unknown'}` : `signal ${signal}`;
  const said = lineOfError(output);
  return new KtrdrError(
    'trainer_crashed',
    `The training process ended without a result (${how})${said === undefined ? '' : `: ${said.trim()}`}. ` +
      'Nothing was stored. See its output in the log of the service.',
    { details },
  );
}

/** 134 -> SIGABRT: shells and V8 report a signal as 128 + its number. */
function signalOfExitCode(code: number | null): NodeJS.Signals | null {
  if (code === null || code <= SIGNAL_EXIT) return null;
  for (const [name, number] of Object.entries(constants.signals)) {
    if (number === code - SIGNAL_EXIT) return name as NodeJS.Signals;
  }
  return null;
}
