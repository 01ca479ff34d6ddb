import { createServer, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import type { Waiting } from '../sessions/session-bars.js';
import { FileTransfer } from './file-transfer.js';

const OPERATION = 'op_training_20240101T000000_abcd';
const MINUTE = 60_000;
/** Longest wait between two attempts, ms. */
const LONGEST_WAIT = 5_000;

/** The service at the API's address, over real HTTP. */
let answer: (response: ServerResponse) => void;
let requests: string[];
let proofs: (string | undefined)[];
let server: Server;
let url: string;
let directory: string;
let file: string;
let clock: FakeClock;
let phases: string[];
let stop: AbortController;

beforeEach(async () => {
  [requests, proofs, phases] = [[], [], []];
  [clock, stop] = [new FakeClock(), new AbortController()];
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-api-client-'));
  file = join(directory, 'file');
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    proofs.push(request.headers.authorization);
    request.resume().on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});

const says = (status: number, body: unknown) => (response: ServerResponse) => {
  response.statusCode = status;
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const refuses = (status: number, code: string) =>
  says(status, { success: false, error: { code, message: `it is ${code}`, details: null } });

const client = (): FileTransfer => new FileTransfer(url, clock, new RecordingLogger());
const SECRET = '5'.repeat(64);
const waiting = (): Waiting => ({
  signal: stop.signal,
  onPhase: (phase) => phases.push(phase),
  secret: SECRET,
});

const SENDER = { operationId: OPERATION, delivery: 1 };

/** One transfer of each kind. */
const calls = {
  bars: () =>
    client().fetchBars({ operationId: OPERATION, symbol: 'AAPL', timeframe: '1h' }, file, waiting()),
  checkpoint: () => client().fetchCheckpoint(OPERATION, file, waiting()),
  artifact: async () => {
    await writeFile(file, 'a model');
    await client().sendArtifact(SENDER, 'model/model.onnx', file, waiting());
  },
  'checkpoint of a delivery': async () => {
    await writeFile(file, 'a checkpoint');
    await client().sendCheckpoint(SENDER, file, waiting());
  },
};

/** Waits until the client has sent this many requests and waits for its next attempt. */
async function untilAsked(times: number): Promise<void> {
  for (let look = 0; look < 3_000; look += 1) {
    if (requests.length >= times && clock.waiting === 1) return;
    await sleep(5);
  }
  throw new Error(`asked ${requests.length} times of ${times}`);
}

/** Tells whether a call has settled, without waiting for it. */
function watch<T>(call: Promise<T>): { call: Promise<T>; settled: boolean } {
  const watched = { call, settled: false };
  const settle = () => {
    watched.settled = true;
  };
  call.then(settle, settle);
  return watched;
}

describe('a response that is not from the API', () => {
  test('without an end is cut off, and not retried', async () => {
    let sent = 0;
    answer = (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1_000))) sent += 1_000;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    const limited = new FileTransfer(url, clock, new RecordingLogger(), 10_000);
    const bars = { operationId: OPERATION, symbol: 'AAPL', timeframe: '1h' };
    await expect(limited.fetchBars(bars, file, waiting())).rejects.toMatchObject({
      code: 'payload_too_large',
      message: expect.stringContaining('more than 10000 bytes'),
    });
    expect(sent).toBeLessThan(50_000_000);
    expect((await stat(file)).size).toBeLessThanOrEqual(10_000);
  });

  test.each([
    ['a page that is missing on another service', says(404, '<h1>Not Found</h1>'), /answered 404/],
    ['an error in another format', says(404, { detail: 'Not Found' }), /answered 404/],
    ['a path that is missing on another service of ktrdr', refuses(404, 'not_found'), /it is not_found/],
    ['a proxy whose service is down', says(502, 'Bad Gateway'), /answered 502/],
    ['an API whose store is down', refuses(503, 'store_unavailable'), /it is store_unavailable/],
  ])('is retried and shown: %s', async (_what, other, reason) => {
    answer = other;
    const asked = watch(calls.bars());
    await untilAsked(1);
    await clock.advance(LONGEST_WAIT);
    await untilAsked(2);
    expect(asked.settled).toBe(false);
    expect(phases).toEqual([expect.stringMatching(/^waiting for the API: http.* does not answer \(/)]);
    expect(phases[0]).toMatch(reason);
    answer = says(200, 'bars');
    await clock.advance(LONGEST_WAIT);
    await asked.call;
    expect(await readFile(file, 'utf8')).toBe('bars');
    expect(new Set(requests)).toEqual(new Set([`GET /trainings/${OPERATION}/bars/AAPL/1h`]));
  });

  test('is shown again if it changes', async () => {
    answer = says(502, 'Bad Gateway');
    const asked = calls.bars();
    await untilAsked(1);
    answer = says(404, '');
    await clock.advance(LONGEST_WAIT);
    await untilAsked(2);
    expect(phases).toEqual([expect.stringMatching(/answered 502/), expect.stringMatching(/answered 404/)]);
    answer = says(200, 'bars');
    await clock.advance(LONGEST_WAIT);
    await asked;
  });

  test('is not retried after the signal has fired', async () => {
    answer = says(404, '');
    const asked = calls['checkpoint of a delivery']();
    await untilAsked(1);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(clock.waiting).toBe(0);
  });
});

test.each(Object.keys(calls) as (keyof typeof calls)[])(
  'a transfer shows the API the secret of its delivery: %s',
  async (kind) => {
    answer = says(200, '{}');
    await calls[kind]();
    expect(proofs).toEqual([`Delivery ${SECRET}`]);
  },
);

describe('a redirect (as in CVE-2026-64849, CVE-2026-2393)', () => {
  test.each(Object.keys(calls) as (keyof typeof calls)[])(
    'is not followed, and gets no secret: %s',
    async (kind) => {
      const seen: string[] = [];
      const elsewhere = createServer((request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
        response.end('bars of the attacker');
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      try {
        const { port } = elsewhere.address() as AddressInfo;
        answer = (response) => response.writeHead(307, { location: `http://127.0.0.1:${port}/stolen` }).end();
        const asked = watch<unknown>(calls[kind]());
        await untilAsked(1);
        answer = says(200, 'bars of the API');
        await clock.advance(LONGEST_WAIT);
        await asked.call;
        expect(requests).toHaveLength(2);
        expect(seen).toEqual([]);
      } finally {
        await new Promise((resolve) => elsewhere.close(resolve));
      }
    },
  );
});

describe('an error of the API', () => {
  test.each([
    ['bars', 'bars_differ'],
    ['artifact', 'delivery_not_found'],
    ['checkpoint of a delivery', 'delivery_not_found'],
  ] as const)('is not retried: %s, %s', async (kind, code) => {
    answer = refuses(409, code);
    await expect(calls[kind]()).rejects.toMatchObject({ code, message: `it is ${code}` });
    expect(requests).toHaveLength(1);
  });

  test('is not retried: no checkpoint', async () => {
    answer = refuses(409, 'checkpoint_missing');
    expect(await calls.checkpoint()).toBe(false);
    expect(requests).toHaveLength(1);
  });
});

describe('an API that does not answer', () => {
  test.each([
    ['bars', 10],
    ['checkpoint', 10],
    ['artifact', 60],
  ] as const)('gets requests for %s for %i minutes', async (kind, minutes) => {
    answer = says(502, 'Bad Gateway');
    const asked = watch<unknown>(calls[kind]());
    await untilAsked(1);
    await clock.advance(minutes * MINUTE - 1);
    await untilAsked(2);
    expect(asked.settled).toBe(false);
    // the last attempt has time for an answer too, and its error gives the reason
    answer = (response) => void sleep(50).then(() => says(502, '')(response));
    await clock.advance(LONGEST_WAIT);
    await expect(asked.call).rejects.toMatchObject({
      code: 'api_unreachable',
      message: expect.stringMatching(
        new RegExp(
          `^The training host could not reach the API at ${url} for ${minutes} minutes \\(http.* answered 502\\)\\. Correct KTRDR_API_URL`,
        ),
      ),
    });
  });

  test('gets checkpoints of a run for as long as it trains', async () => {
    answer = says(502, '');
    const asked = watch(calls['checkpoint of a delivery']());
    await untilAsked(1);
    await clock.advance(24 * 60 * MINUTE);
    await untilAsked(2);
    expect(asked.settled).toBe(false);
    answer = says(200, '{}');
    await clock.advance(LONGEST_WAIT);
    await asked.call;
  });
});
