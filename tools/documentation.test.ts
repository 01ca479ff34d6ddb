/** The commands of the README and the docs, run as a reader would: in order, against a real API, in a folder of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, existsSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const text = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Lines of the page's bash blocks, comments removed. */
function commands(page: string): string[] {
  return [...text(page).matchAll(/```bash\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

interface Ended {
  code: number | null;
  output: string;
}

function end(child: ChildProcess): Promise<Ended> {
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each(PAGES)('%s', (page) => {
  test('names only scripts, files and links that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...text(page).matchAll(/(?:^|`|\btrue |0 )npm (?:run )?([a-z]+)\b/gm)].map(
      ([, name]) => name!,
    );
    expect(named.filter((name) => name !== 'ci' && scripts[name] === undefined)).toEqual([]);
    const links = [...text(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target!);
    expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
    const benches = [...text(page).matchAll(/npm run bench -- ([a-z]+)/g)].map(([, name]) => name!);
    expect(benches.filter((name) => !existsSync(join(ROOT, `bench/src/${name}.bench.ts`)))).toEqual([]);
  });
});

describe('the commands that the pages show', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let api: ChildProcess;
  let apiEnd: Promise<Ended>;

  const ktrdr = (args: string[]): Promise<Ended> =>
    end(spawn(process.execPath, [join(ROOT, 'apps/cli/bin/ktrdr.mjs'), ...args], { cwd: folder, env }));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ktrdr-pages-'));
    cpSync(join(ROOT, 'strategies'), join(folder, 'strategies'), { recursive: true });
    const port = await freePort();
    env = {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      KTRDR_API_URL: `http://127.0.0.1:${port}`,
    };
    api = spawn(process.execPath, [join(ROOT, 'apps/api/dist/main.js')], { cwd: folder, env });
    apiEnd = end(api);
    for (let tries = 0; tries < 200; tries += 1) {
      const up = await fetch(`${env['KTRDR_API_URL']}/health`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) return;
      await sleep(100);
    }
    throw new Error('the API did not come up');
  }, 30_000);

  afterAll(async () => {
    api.kill('SIGTERM');
    expect((await apiEnd).code).toBe(0);
    rmSync(folder, { recursive: true });
  }, 20_000);

  test('work in the order in which they stand', async () => {
    // bars of one's own, as the README describes them
    expect(
      await ktrdr([
        'data',
        'sample',
        'EURUSD',
        '1h',
        '--start-date',
        '2022-01-01',
        '--end-date',
        '2022-12-31',
      ]),
    ).toMatchObject({ code: 0 });
    let ran = 0;
    let latest = '';
    for (const line of PAGES.flatMap(commands)) {
      if (!line.startsWith('npx ktrdr ')) continue;
      const args = line
        .slice('npx ktrdr '.length)
        .split(/\s+/)
        .map((word) => word.replace('<id>', latest));
      const { code, output } = await ktrdr(args);
      expect({ line, code, output: code === 0 ? '' : output }).toEqual({ line, code: 0, output: '' });
      latest = /op_[a-z]+_\w+/.exec(output)?.[0] ?? latest;
      ran += 1;
    }
    expect(ran).toBeGreaterThan(8);
  }, 120_000);
});
