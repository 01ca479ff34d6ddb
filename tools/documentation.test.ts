/** Runs the commands of the README and the docs as a reader would: in order, against a real API, in a temporary folder. */
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ExchangeServer } from '../packages/data-download/src/testing/exchange-server.js';
import { AUTO_ENGINE, ROOT, Sandbox, type TestService } from '../packages/service-kit/src/testing/index.js';

const pagesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
/** Their commands are run in this order. */
const PAGES = ['README.md', ...pagesIn('docs')];
const OTHER_PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];
const { SAMPLES } = (await import(String(new URL('first-training.mjs', import.meta.url)))) as {
  SAMPLES: string[][];
};
/** An access token in the output of a command. */
const TOKEN = /^ktrdr_\S+$/m;
const text = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Lines of the page's bash blocks, comments removed. */
function commands(page: string): string[] {
  return [...text(page).matchAll(/```bash\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe.each([...PAGES, ...OTHER_PAGES])('%s', (page) => {
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
    const benches = [...text(page).matchAll(/npm run bench -- ([a-z-]+)/g)].map(([, name]) => name!);
    expect(benches.filter((name) => !existsSync(join(ROOT, `bench/src/${name}.bench.ts`)))).toEqual([]);
  });
});

describe('the commands that the pages show', () => {
  let sandbox: Sandbox;
  /** In the place of the exchange in docs/download.md. */
  let exchange: ExchangeServer;
  let api: TestService;

  const ktrdr = async (args: string[], input?: string): Promise<{ code: number | null; output: string }> => {
    const cli = sandbox.ktrdr(api, args, { input });
    const { code } = await cli.ended;
    return { code, output: cli.output };
  };

  /** Sends the same request as the curl command, so that the test does not need curl. */
  const curl = (line: string): Promise<unknown> => {
    const [, method = 'GET'] = / -X ([A-Z]+)/.exec(line) ?? [];
    const [, path = ''] = / localhost:8000(\S+)/.exec(line) ?? [];
    const [, body] = / -d '(.*)'$/.exec(line) ?? [];
    const headers = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    return new Promise((resolve, reject) => {
      const sent = request(`${api.url}${path}`, { method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => resolve(JSON.parse(text)));
      });
      sent.once('error', reject).end(body);
    });
  };

  beforeAll(async () => {
    sandbox = await Sandbox.create();
    const strategies = sandbox.path('strategies');
    cpSync(join(ROOT, 'strategies'), strategies, { recursive: true });
    // with all their epochs, the trainings would take half of the time
    for (const file of readdirSync(strategies).map((name) => join(strategies, name)))
      writeFileSync(file, readFileSync(file, 'utf8').replace(/\bepochs: \d+/, 'epochs: 2'));
    cpSync(join(ROOT, 'docs/examples'), sandbox.path('docs/examples'), { recursive: true });
    exchange = await ExchangeServer.start({
      now: () => Date.now(),
      listedAt: Date.now() - 30 * 86_400_000,
    });
    const sources = [{ name: 'binance', kind: 'binance', url: exchange.url }];
    writeFileSync(sandbox.path('sources.json'), JSON.stringify({ sources }));
    api = await sandbox.startApi('pages', {
      STRATEGIES_DIR: strategies,
      DATA_SOURCES_FILE: sandbox.path('sources.json'),
      DATA_SOURCES_PRIVATE_NETWORKS: '127.0.0.1',
      ...AUTO_ENGINE,
    });
  });

  afterAll(async () => {
    expect(await api.stop()).toMatchObject({ code: 0 });
    await sandbox.close();
    await exchange.close();
  });

  test('work in the order of the pages', async () => {
    // the README assumes that the quickstart has run and that the reader has own bars; docs/docker.md starts with an empty volume
    const own = ['EURUSD', '1h', '--start-date', '2022-01-01', '--end-date', '2022-12-31'];
    for (const sample of [...SAMPLES.filter(([symbol]) => symbol !== 'SP500'), own]) {
      expect(await ktrdr(['data', 'sample', ...sample])).toMatchObject({ code: 0 });
    }
    let ran = 0;
    let latest = '';
    let token: string | undefined;
    // network.test.ts runs those of docs/network.md, between two network namespaces
    const lines = PAGES.filter((page) => page !== 'docs/network.md').flatMap(commands);
    // after the first token every request needs one, so these are last; two pages create the same token
    const ofTokens = lines.filter((line) => /^npx ktrdr (?:token|login|audit) /.test(`${line} `));
    const others = lines.filter((line) => !ofTokens.includes(line));
    for (const line of [...others, ...new Set(ofTokens)]) {
      if (line.startsWith('curl ')) {
        const answer = await curl(line);
        expect({ line, answer }).toEqual({ line, answer: expect.objectContaining({ success: true }) });
        latest = /op_[a-z]+_\w+/.exec(JSON.stringify(answer))?.[0] ?? latest;
        ran += 1;
      }
      if (!line.startsWith('npx ktrdr ')) continue;
      const args = line
        .slice('npx ktrdr '.length)
        .replace(/ > .*/, '')
        .split(/\s+/)
        .map((word) => word.replace('<id>', latest));
      const { code, output } = await ktrdr(args, line === 'npx ktrdr login' ? token : undefined);
      expect({ line, code, output: code === 0 ? '' : output }).toEqual({ line, code: 0, output: '' });
      latest = /op_[a-z]+_\w+/.exec(output)?.[0] ?? latest;
      token = TOKEN.exec(output)?.[0] ?? token;
      ran += 1;
    }
    expect(ran).toBeGreaterThan(20);
  }, 600_000);
});
