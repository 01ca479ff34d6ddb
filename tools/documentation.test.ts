/** Runs the commands of the README and the docs as a reader would: in order, against a real API, in a temporary folder. */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { ExchangeServer } from '../packages/data-download/src/testing/exchange-server.js';
import { AUTO_ENGINE, Sandbox, type TestService } from '../packages/service-kit/src/testing/index.js';
import {
  type Block,
  OTHER_PAGES,
  PAGES,
  ROOT,
  blocksOf,
  commandsOf,
  isOwnCommand,
  isRun,
  textOf,
  whyUntested,
} from './document-blocks.js';

const { SAMPLES } = (await import(String(new URL('first-training.mjs', import.meta.url)))) as {
  SAMPLES: string[][];
};
/** Set in the nightly run, and in a run that names this file: it takes the commands of all pages. */
const TAKES_ALL_PAGES = Boolean(process.env['KTRDR_LONG_TESTS']);
/** `npm test` runs the commands of these pages, in a minute less. */
const FIRST_PAGES = ['README.md', 'docs/getting-started.md'];
/** An access token in the output of a command. */
const TOKEN = /^ktrdr_\S+$/m;
/** Full trainings would take half of the time. */
const shortened = (strategy: string): string => strategy.replace(/\bepochs: \d+/, 'epochs: 2');

describe.each([...PAGES, ...OTHER_PAGES])('%s', (page) => {
  test('names only scripts, files and links that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...textOf(page).matchAll(/(?:^|`|\btrue |0 )npm (?:run )?([a-z]+)\b/gm)].map(
      ([, name]) => name!,
    );
    expect(named.filter((name) => name !== 'ci' && scripts[name] === undefined)).toEqual([]);
    // a recipe shows lines of other pages
    const links = [
      ...textOf(page)
        .replaceAll(/^```diff\n[\s\S]*?^```/gm, '')
        .matchAll(/\]\(([^)#:]+)\)/g),
    ].map(([, target]) => target!);
    expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
    const benches = [...textOf(page).matchAll(/npm run bench -- ([a-z-]+)/g)].map(([, name]) => name!);
    expect(benches.filter((name) => !existsSync(join(ROOT, `bench/src/${name}.bench.ts`)))).toEqual([]);
  });

  test('has only blocks that a test runs, or that say that none does', () => {
    const untested = blocksOf(page).flatMap((block) => {
      const why = whyUntested(block);
      return why === null ? [] : [`${page}:${block.line}: ${why}`];
    });
    expect(untested).toEqual([]);
  });
});

describe('the blocks that the pages show', () => {
  const blocks = PAGES.flatMap(blocksOf).filter(isRun);
  const only = (language: string, page: string): Block => {
    const found = blocks.filter((block) => block.language === language && block.page === page);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  let sandbox: Sandbox;
  /** In the place of the exchange in docs/download.md. */
  let exchange: ExchangeServer;
  let api: TestService;

  const ktrdr = async (args: string[], input?: string): Promise<{ code: number | null; output: string }> => {
    const cli = sandbox.ktrdr(api, args, { input });
    const { code } = await cli.ended;
    return { code, output: cli.output };
  };

  const send = (method: string, path: string, body?: string, type = 'application/json'): Promise<unknown> => {
    const headers = body === undefined ? {} : { 'content-type': type };
    return new Promise((resolve, reject) => {
      const sent = request(`${api.url}${path}`, { method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => resolve(JSON.parse(text)));
      });
      sent.once('error', reject).end(body);
    });
  };

  /** Sends the same request as the curl command, so that the test does not need curl. */
  const curl = (line: string): Promise<unknown> => {
    const [, method = 'GET'] = / -X ([A-Z]+)/.exec(line) ?? [];
    const [, path = ''] = / localhost:8000(\S+)/.exec(line) ?? [];
    const [, body] = / -d '(.*)'$/.exec(line) ?? [];
    return send(method, path, body, 'application/x-www-form-urlencoded');
  };

  /** Runs the page's script that follows an operation, until it has shown a state. */
  const runScript = async ({ content }: Block, id: string): Promise<void> => {
    const { EventSource } = createRequire(join(ROOT, 'apps/api/package.json'))('eventsource') as {
      EventSource: unknown;
    };
    const shown = await new Promise<unknown[]>((resolve) =>
      runInNewContext(content.replace('http://localhost:8000', api.url), {
        EventSource,
        id,
        console: { log: (...words: unknown[]) => resolve(words) },
      }),
    );
    expect(shown).toEqual([expect.any(String), expect.any(Number)]);
  };

  beforeAll(async () => {
    sandbox = await Sandbox.create();
    const strategies = sandbox.path('strategies');
    cpSync(join(ROOT, 'strategies'), strategies, { recursive: true });
    for (const file of readdirSync(strategies).map((name) => join(strategies, name)))
      writeFileSync(file, shortened(readFileSync(file, 'utf8')));
    cpSync(join(ROOT, 'docs/examples'), sandbox.path('docs/examples'), { recursive: true });
    exchange = await ExchangeServer.start({
      now: () => Date.now(),
      listedAt: Date.now() - 30 * 86_400_000,
    });
    const { sources } = JSON.parse(only('json', 'docs/download.md').content) as { sources: object[] };
    const all = [...sources, { name: 'binance', kind: 'binance', url: exchange.url }];
    writeFileSync(sandbox.path('sources.json'), JSON.stringify({ sources: all }));
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

  test('strategies are valid, alone or in place of the same sections of the first one on their page', async () => {
    const strategies = blocks.filter(({ language }) => language === 'yaml');
    expect(strategies.length).toBeGreaterThan(2);
    for (const { page, line, content } of strategies) {
      const [first] = strategies.filter((block) => block.page === page);
      const text = stringify({
        ...(parse(first!.content) as object),
        ...(parse(content) as object),
      });
      const answer = await send('POST', '/strategies/validate', JSON.stringify({ strategy: text }));
      const { data } = answer as { data: { issues: { path: string }[] } };
      // the text has another name than its file, which is only called "strategy" here
      const issues = data.issues.filter(({ path }) => path !== 'name');
      expect({ page, line, issues }).toEqual({ page, line, issues: [] });
    }
  });

  test('bars can be put into DATA_DIR as they stand', async () => {
    writeFileSync(join(sandbox.dataDir, 'PAGE_1h.csv'), only('csv', 'docs/data.md').content);
    const answer = await send('GET', '/data/show?symbol=PAGE&timeframe=1h');
    expect(answer).toMatchObject({ success: true, data: { info: { rows: 1, problem: null } } });
  });

  test('work in the order of the pages', async () => {
    // the README assumes that the quickstart has run, and that the reader has own bars
    const own = ['EURUSD', '1h', '--start-date', '2022-01-01', '--end-date', '2022-12-31'];
    for (const sample of [...SAMPLES, own]) {
      expect(await ktrdr(['data', 'sample', ...sample])).toMatchObject({ code: 0 });
    }
    expect(await ktrdr(['models', 'train', 'strategies/sp500_daily.yaml'])).toMatchObject({ code: 0 });
    let ran = 0;
    let latest = '';
    let token: string | undefined;
    const run = async (line: string): Promise<void> => {
      ran += 1;
      if (line.startsWith('curl ')) {
        const answer = await curl(line);
        expect({ line, answer }).toEqual({ line, answer: expect.objectContaining({ success: true }) });
        latest = /op_[a-z]+_\w+/.exec(JSON.stringify(answer))?.[0] ?? latest;
        return;
      }
      const args = line
        .slice('npx ktrdr '.length)
        .replace(/ > .*/, '')
        .split(/\s+/)
        .map((word) => word.replace('<id>', latest));
      const { code, output } = await ktrdr(args, line === 'npx ktrdr login' ? token : undefined);
      expect({ line, code, output: code === 0 ? '' : output }).toEqual({ line, code: 0, output: '' });
      latest = /op_[a-z]+_\w+/.exec(output)?.[0] ?? latest;
      token = TOKEN.exec(output)?.[0] ?? token;
    };
    // network.test.ts runs those of docs/network.md, between two network namespaces
    const script = only('js', 'docs/operations.md');
    const ofPages = blocks.filter(
      ({ page }) => page !== 'docs/network.md' && (TAKES_ALL_PAGES || FIRST_PAGES.includes(page)),
    );
    // after the first token every request needs one, and a webhook is told of every end: these are last. Two pages create the same token.
    const ofTokens = new Set<string>();
    for (const block of ofPages) {
      const file = block.words.find((word) => word.startsWith('file='))?.slice('file='.length);
      if (file !== undefined) {
        mkdirSync(dirname(sandbox.path(file)), { recursive: true });
        writeFileSync(sandbox.path(file), shortened(block.content));
      }
      if (block === script) await runScript(script, latest);
      if (block.language !== 'bash') continue;
      for (const line of commandsOf(block).filter(isOwnCommand)) {
        if (line.includes('npm start')) continue;
        if (/^npx ktrdr (?:token|login|audit|notify) /.test(`${line} `)) ofTokens.add(line);
        else await run(line);
      }
    }
    for (const line of ofTokens) await run(line);
    expect(ran).toBeGreaterThan(TAKES_ALL_PAGES ? 60 : 15);
    // all pages take about a minute on an idle machine
  }, 1_800_000);

  test('the API starts with the settings that the pages show, and manages tokens', async () => {
    const lines = blocks
      .filter(({ page, language }) => language === 'bash' && page !== 'docs/network.md')
      .flatMap(commandsOf)
      .filter((line) => line.includes('npm start') && isOwnCommand(line));
    const start = (line: string) => {
      const [, settings = '', args = ''] = /^(.*?)npm start(?: --)?(.*)$/.exec(line) ?? [];
      const env = Object.fromEntries(
        settings
          .trim()
          .split(' ')
          .filter(Boolean)
          .map((pair) => pair.split('=')),
      );
      const words = args.trim().split(' ').filter(Boolean);
      const folders = {
        STATE_DIR: sandbox.path('started'),
        MODELS_DIR: sandbox.path('models'),
        DATA_DIR: sandbox.dataDir,
      };
      return sandbox.spawn(process.execPath, [join(ROOT, 'tools/start.mjs'), 'api', ...words], {
        PORT: '0',
        ...folders,
        ...env,
      });
    };
    const ofTokens = lines.filter((line) => line.includes(' token '));
    expect(ofTokens.length).toBeGreaterThan(2);
    for (const line of ofTokens)
      expect({ line, ...(await start(line).ended) }).toMatchObject({ line, code: 0 });
    // the first token remains valid for the addresses that need one
    expect(await start('npm start -- token create --role admin --name remaining').ended).toMatchObject({
      code: 0,
    });
    const others = lines.filter((line) => !line.includes(' token '));
    expect(others.length).toBeGreaterThan(2);
    for (const line of others) {
      const service = start(line);
      await service.says('listens on ');
      service.kill('SIGTERM');
      expect({ line, ...(await service.ended) }).toMatchObject({ line, code: 0 });
    }
  });
});
