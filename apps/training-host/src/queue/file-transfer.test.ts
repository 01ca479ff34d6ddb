import { createServer, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
/** No wait between two tries is longer, ms. */
const LONGEST_WAIT = 5_000;

/** What listens at the API's address, over real HTTP. */
let answer: (response: ServerResponse) => void;
let requests: string[];
let server: Server;
let url: string;
let directory: string;
let file: string;
let clock: FakeClock;
let phases: string[];
let stop: AbortController;

beforeEach(async () => {
  [requests, phases] = [[], []];
  [clock, stop] = [new FakeClock(), new AbortController()];
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-api-client-'));
  file = join(directory, 'file');
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
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
const waiting = (): Waiting => ({ signal: stop.signal, onPhase: (phase) => phases.push(phase) });

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
    await client().sendCheckpoint(SENDER, file, stop.signal);
  },
};

/** Until the client has asked so often, and waits to ask again. */
async function untilAsked(times: number): Promise<void> {
  for (let look = 0; look < 3_000; look += 1) {
    if (requests.length >= times && clock.waiting === 1) return;
    await sleep(5);
  }
  throw new Error(`asked ${requests.length} times of ${times}`);
}

/** What becomes of a call, looked at without waiting for it. */
function watch<T>(call: Promise<T>): { call: Promise<T>; settled: boolean } {
  const watched = { call, settled: false };
  const settle = () => {
    watched.settled = true;
  };
  call.then(settle, settle);
  return watched;
}

describe('what is no answer of the API', () => {
  test.each([
    ['a page that another service does not have', says(404, '<h1>Not Found</h1>'), /answered 404/],
    ['a refusal in words of its own', says(404, { detail: 'Not Found' }), /answered 404/],
    ['a path that another service of ktrdr does not have', refuses(404, 'not_found'), /it is not_found/],
    ['a proxy whose service is away', says(502, 'Bad Gateway'), /answered 502/],
    ['an API in trouble', refuses(503, 'store_unavailable'), /it is store_unavailable/],
  ])('is asked again, and told: %s', async (_what, other, reason) => {
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

  test('is told anew when it is another', async () => {
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

  test('is not asked again once nobody wants the answer', async () => {
    answer = says(404, '');
    const asked = calls['checkpoint of a delivery']();
    await untilAsked(1);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(clock.waiting).toBe(0);
  });
});

describe('what the API has decided', () => {
  test.each([
    ['bars', 'bars_differ'],
    ['artifact', 'run_replaced'],
    ['checkpoint of a delivery', 'run_replaced'],
  ] as const)('is not asked again: %s, %s', async (kind, code) => {
    answer = refuses(409, code);
    await expect(calls[kind]()).rejects.toMatchObject({ code, message: `it is ${code}` });
    expect(requests).toHaveLength(1);
  });

  test('is not asked again: no checkpoint', async () => {
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
  ] as const)('is asked for %s for %i minutes', async (kind, minutes) => {
    answer = says(502, 'Bad Gateway');
    const asked = watch<unknown>(calls[kind]());
    await untilAsked(1);
    await clock.advance(minutes * MINUTE - 1);
    await untilAsked(2);
    expect(asked.settled).toBe(false);
    // also the last try has the time to be answered: why it fails is told
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
