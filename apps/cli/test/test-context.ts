import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { systemClock } from '@ktrdr/contracts';
import type { CommandContext } from '../src/context.js';
import { SettingsFile } from '../src/settings-file.js';
import { TokenFile } from '../src/token-file.js';
import { Output } from '../src/output.js';

/** A command's context for tests; it records everything that the command writes. */
export interface TestContext extends CommandContext {
  signals: EventEmitter;
  input: PassThrough & { isTTY?: boolean };
  stdout(): string;
  stderr(): string;
}

export function testContext(apiUrl: string): TestContext {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  return {
    output: new Output(stream('stdout'), stream('stderr'), { colour: 'auto', dumb: false }),
    clock: systemClock,
    signals: new EventEmitter(),
    input: new PassThrough(),
    apiUrl: () => apiUrl,
    authorities: () => undefined,
    environmentToken: () => undefined,
    tokenFile: () => new TokenFile('/nonexistent/ktrdr/token'),
    settingsFile: () => new SettingsFile('/nonexistent/ktrdr/config.json'),
    wantsHostService: () => undefined,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
}

/** Waits until a condition holds. */
export async function eventually(what: string, isTrue: () => boolean, withinMs = 50_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await systemClock.sleep(5);
  }
}
