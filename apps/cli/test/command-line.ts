import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { ExitCode } from '../src/exit-code.js';
import { runCommandLine } from '../src/program.js';
import { type TestContext, testContext } from './test-context.js';
import { WireServer } from './wire-server.js';

/** The command line in front of a server that answers as the API would. Each test has its own server and output. */
interface CommandLine {
  server: WireServer;
  context: TestContext;
  /** A folder with a strategy file, `file`. */
  folder: string;
  file: string;
  run(...args: string[]): Promise<ExitCode>;
}

/** Call it in a `describe`: its hooks start and close the server. */
export function commandLine(): CommandLine {
  const cli = { run: (...args) => runCommandLine(cli.context, args) } as CommandLine;
  beforeAll(async () => {
    cli.folder = await mkdtemp(join(tmpdir(), 'ktrdr-cli-'));
    cli.file = join(cli.folder, 'a.yaml');
    await writeFile(cli.file, 'name: ä\n');
  });
  afterAll(() => rm(cli.folder, { recursive: true }));
  beforeEach(async () => {
    cli.server = await WireServer.start();
    cli.context = testContext(cli.server.url);
  });
  afterEach(() => cli.server.close());
  return cli;
}
