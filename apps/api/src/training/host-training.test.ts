import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ArtifactFile, EpochMetrics, KtrdrError, TrainingSession } from '@ktrdr/contracts';
import { SAMPLE_MESSAGES, SAMPLE_RESULT } from '@ktrdr/contracts/testing';
import { CancellationController, OperationCancelledError, systemClock } from '@ktrdr/orchestrator';
import type { Clock } from '@ktrdr/orchestrator';
import { RecordingLogger } from '@ktrdr/orchestrator/testing';
import { parseStrategy } from '@ktrdr/strategy';
import { MemoryTrialLedger } from '@ktrdr/operation-store';
import { ModelStorage } from '@ktrdr/trainer';
import { QUICK } from '@ktrdr/service-kit/testing';
import type { KeptRun } from './run-outputs.js';
import { TrainingAdapter } from './training-adapter.js';

/** A faulty host over real HTTP: `answers` decides its responses. */
const answers = {
  leaseMs: 400,
  session: (): unknown => session('running'),
  artifacts: (): HostFile[] => [],
  sendsBytes: true,
  /** Called with each request. Returns true if it has answered, or deliberately does not answer. */
  disturb: (_request: string, _response: ServerResponse): boolean => false,
};
const initial = { ...answers };
let requests: { request: string; query: string; body: unknown }[];
let epochs: EpochMetrics[];
let host: Server;
let directory: string;
let waits: string[];
let warnings: string[];
let cancellation: CancellationController;

beforeEach(async () => {
  Object.assign(answers, initial);
  requests = [];
  epochs = [];
  waits = [];
  warnings = [];
  cancellation = new CancellationController();
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-host-training-'));
  await mkdir(join(directory, 'models'));
  host = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  host.closeAllConnections();
  await new Promise((resolve) => host.close(resolve));
  await rm(directory, { recursive: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const [path, query = ''] = (request.url ?? '').split('?');
  const what = `${request.method} ${path}`;
  requests.push({ request: what, query, body: text === '' ? null : (JSON.parse(text) as unknown) });
  if (answers.disturb(what, response)) return;
  const data = (value: unknown): unknown => ({ success: true, data: value });
  const bodies: Record<string, () => unknown> = {
    'GET /health': () => ({
      status: 'ok',
      details: {
        trainer: {
          ...SAMPLE_MESSAGES.HostDescription,
          session_lease_ms: answers.leaseMs,
          ...(answers.sendsBytes ? {} : { sends_bytes: undefined }),
        },
      },
    }),
    'POST /training/sessions': () => data(session('running')),
    'GET /training/sessions/s1': () => data(answers.session()),
    'POST /training/sessions/s1/cancel': () => data({}),
    'GET /training/sessions/s1/artifacts': () =>
      data({ files: answers.artifacts().map(({ content: _content, ...listed }) => listed) }),
  };
  const asked = answers
    .artifacts()
    .find(({ path }) => what === `GET /training/sessions/s1/artifacts/${path}`);
  if (asked !== undefined) {
    response.end(asked.content);
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(bodies[what]?.()));
}

function session(status: TrainingSession['status'], more: Partial<TrainingSession> = {}): unknown {
  const { progress, ...sample } = SAMPLE_MESSAGES.TrainingSession;
  const nothing = {
    progress: { ...progress, context: { ...progress.context, phase: null } },
    last_update: null,
    error: null,
    warnings: [],
    result: null,
  };
  return { ...sample, ...nothing, status, ...more };
}

/** A file as a host lists it, and what it sends for it. */
type HostFile = ArtifactFile & { content: string | Buffer };

function file(path: string, content: string | Buffer, digestOf = content): HostFile {
  const sha256 = createHash('sha256').update(digestOf).digest('hex');
  return { path, size: Buffer.byteLength(content), sha256, content };
}

function train({
  timeoutMs = 400,
  clock = systemClock,
  takenOver = false,
}: { timeoutMs?: number; clock?: Clock; takenOver?: boolean } = {}): Promise<KeptRun> {
  const { port } = host.address() as AddressInfo;
  const adapter = new TrainingAdapter(
    `http://127.0.0.1:${port}`,
    {
      dataDir: directory,
      stateDir: join(directory, 'state'),
      trainingEngine: 'auto',
      trainingCancelGraceMs: 1_000,
      trainingCheckpointEveryMs: 2_000,
      trainingFeatureCacheMb: 0,
      trainingLimits: { mostAtOnce: 2, threads: 2, memoryMb: 4_000, hours: 0 },
      trainingWarmProcesses: 0,
      trainingHostPollMs: 10,
      trainingHostTimeoutMs: timeoutMs,
      trainingQueueUserLimit: 0,
      trainingHostTrust: { secret: null, ca: null },
    },
    { models: new ModelStorage(join(directory, 'models')), trials: new MemoryTrialLedger() },
    clock,
    null,
    new RecordingLogger(),
  );
  return adapter.train(
    {
      strategy: parseStrategy(QUICK, { file: 'quick.yaml' }).strategy,
      spec: {
        strategy: QUICK,
        strategy_file: 'quick.yaml',
        seed: 1,
        dry_run: false,
        detailed_analytics: false,
        fingerprints: [],
      },
      warnings: [],
    },
    {
      operationId: 'op_training_20240101T000000_abcd',
      attempt: 1,
      resume: false,
      takenOver,
      token: cancellation.token,
      begin: async () => {},
      confirmOwner: async () => {},
      onProgress: () => {},
      onEpochs: (ended) => epochs.push(...ended),
      onWaiting: (phase) => waits.push(phase),
      onResumable: () => {},
      onWarning: (warning) => warnings.push(warning),
      onOutput: () => {},
    },
  );
}

async function stored(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function count(request: string): number {
  return requests.filter((one) => one.request === request).length;
}

describe('files of a completed session:', () => {
  const completed = (): unknown => session('completed', { result: SAMPLE_RESULT });

  const MODEL = 'model/model.onnx';
  const HUGE = Buffer.alloc(9 * 1_048_576);
  test.each<[string, HostFile[]]>([
    ['a file that differs from its checksum', [file(MODEL, 'damaged', 'sent')]],
    ['a file that is shorter than its size', [{ ...file(MODEL, 'sent'), size: 5, sha256: 'a'.repeat(64) }]],
    [
      'a file that continues beyond its size',
      [{ ...file(MODEL, 'sent and more', 'sent and more'), size: 4 }],
    ],
    ['a file that is too large for the network', [file(MODEL, HUGE)]],
    ['a file outside the folder', [file('model/../../../evil', 'x')]],
    ['an absolute path', [file('/tmp/evil', 'x')]],
    ['a file that no training writes', [file('model/start.js', 'x')]],
    ['no model', []],
  ])('%s is rejected, and nothing is stored', async (_what, files) => {
    answers.session = completed;
    answers.artifacts = () => files;
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'model_damaged' });
    expect(await stored()).toEqual([]);
  });

  test('a file that is too large for the network is not requested', async () => {
    answers.session = completed;
    answers.artifacts = () => [file('model/metadata.json', 'x'), file(MODEL, HUGE)];
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'model_damaged',
      message: expect.stringMatching(/lists model\/model\.onnx with 9437184 bytes, .* at most 8[0-9]{6}\./),
    });
    expect(requests.filter(({ request }) => request.includes('/artifacts/'))).toEqual([]);
  });

  test('a file whose transfer breaks off is fetched again', async () => {
    answers.session = completed;
    answers.artifacts = () => [file(MODEL, 'x'.repeat(100_000))];
    answers.disturb = (request, response) => {
      if (!request.endsWith(MODEL) || count(request) > 2) return false;
      response.writeHead(200, { 'content-length': 100_000 });
      response.write('x'.repeat(50_000), () => response.destroy());
      return true;
    };
    // the file arrives whole; alone it is no model
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'model_damaged',
      message: expect.not.stringContaining('arrive'),
    });
    expect(count(`GET /training/sessions/s1/artifacts/${MODEL}`)).toBe(3);
  });

  test('a file whose bytes stop coming is given up', async () => {
    answers.session = completed;
    answers.artifacts = () => [file(MODEL, 'x'.repeat(100_000))];
    answers.disturb = (request, response) => {
      if (!request.endsWith(MODEL)) return false;
      response.writeHead(200, { 'content-length': 100_000 }).write('x');
      return true;
    };
    await expect(train({ timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'host_lost',
      message: expect.stringMatching(/could not be fetched \(.*no bytes within/),
    });
  });

  test('a host of an earlier version is refused before it trains', async () => {
    answers.sendsBytes = false;
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'host_refused',
      message: expect.stringMatching(/earlier version.*Install the API's version there/),
    });
    expect(requests.map(({ request }) => request)).toEqual(['GET /health']);
  });

  test('a completed session without a result is an error', async () => {
    answers.session = () => session('completed');
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'host_refused' });
  });
});

test.each([
  [false, ['contacting the training host']],
  [true, []],
])('a run, taken over: %s, shows that it waits for its host: %j', async (takenOver, shown) => {
  answers.session = () => session('failed', { error: { code: 'one_class_only', message: 'No.' } });
  await expect(train({ takenOver })).rejects.toMatchObject({ code: 'one_class_only' });
  expect(waits).toEqual(shown);
});

describe('a faulty host', () => {
  test('does not end the training with errors, or pages of a proxy, between two answers', async () => {
    let asked = 0;
    answers.disturb = (request, response) => {
      if (request !== 'GET /training/sessions/s1') return false;
      asked += 1;
      if (asked === 2) response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
      else if (asked === 3) response.destroy();
      else if (asked === 4) response.end('{"success":true,"data":{"session_id":"s1","status":"dancing"}}');
      else return false;
      return true;
    };
    answers.session = () =>
      asked < 6
        ? session('running')
        : session('failed', { error: { code: 'loss_not_finite', message: 'Too fast.' } });
    const patient = train({ timeoutMs: 30_000 });
    await expect(patient).rejects.toMatchObject({ code: 'loss_not_finite', message: 'Too fast.' });
    expect(asked).toBe(6);
  });

  test.each([
    ['of one seed', [['0.1', '0.2'], [], ['0.3']], ['0.2', '0.2', '0.3']],
    [
      'of seeds that train in parallel',
      [['1.1', '2.1', '2.2', '2.3'], ['1.2', '1.3', '2.4'], ['3.1']],
      ['1.1,2.3', '1.3,2.4', '1.3,2.4,3.1'],
    ],
    // a seed has resumed within the session
    ['of a seed that computes epochs again', [['1.1', '2.1', '2.2'], ['2.1']], ['1.1,2.2', '1.1,2.1']],
  ])('gets a request for the points after the last ones %s', async (_what, sent, asked) => {
    const [sample] = SAMPLE_MESSAGES.TrainingSession.points ?? [];
    const answersOf = sent.map((places) =>
      places.map((place) => {
        const [seed, epoch] = place.split('.').map(Number);
        return { ...sample!, seed: seed === 0 ? null : seed, epoch };
      }),
    );
    answers.session = () => {
      const points = answersOf.shift();
      if (points !== undefined) return session('running', { points } as Partial<TrainingSession>);
      return session('failed', { points: [], error: { code: 'loss_not_finite', message: 'Too fast.' } });
    };
    await expect(train()).rejects.toMatchObject({ code: 'loss_not_finite' });
    const polls = requests.filter(({ request }) => request === 'GET /training/sessions/s1');
    expect(polls.map(({ query }) => query)).toEqual(['', ...asked.map((after) => `after=${after}`)]);
    expect(epochs.map(({ seed, epoch }) => `${seed ?? 0}.${epoch}`)).toEqual(sent.flat());
  });

  test('gets the start again for the same operation if its answer is lost', async () => {
    answers.disturb = (request, response) => {
      if (request !== 'POST /training/sessions' || count(request) > 1) return false;
      response.destroy();
      return true;
    };
    answers.session = () => session('failed', { error: { code: 'one_class_only', message: 'No.' } });
    await expect(train()).rejects.toMatchObject({ code: 'one_class_only' });
    const starts = requests.filter(({ request }) => request === 'POST /training/sessions');
    expect(starts).toHaveLength(2);
    expect(starts[1]).toEqual(starts[0]);
    expect(starts[0]?.body).toMatchObject({ engine: 'auto', seed: 1 });
  });

  test('does not count as cancelled if a start may have arrived, because it may be computing', async () => {
    answers.disturb = (request, response) => {
      if (request !== 'POST /training/sessions') return false;
      cancellation.cancel('enough');
      response.destroy();
      return true;
    };
    await expect(train()).rejects.toMatchObject({
      code: 'host_lost',
      message: expect.stringContaining('may still be computing'),
    });
  });

  test('gets a cancel until it confirms it, and the cancel is done when the session has ended', async () => {
    answers.disturb = (request, response) => {
      if (request === 'GET /training/sessions/s1') cancellation.cancel('enough');
      if (request !== 'POST /training/sessions/s1/cancel' || count(request) > 2) return false;
      response.destroy();
      return true;
    };
    let polls = 0;
    answers.session = () => {
      if (count('POST /training/sessions/s1/cancel') < 3) return session('running');
      polls += 1;
      return session(polls < 4 ? 'cancelling' : 'cancelled');
    };
    await expect(train({ timeoutMs: 2_000 })).rejects.toBeInstanceOf(OperationCancelledError);
    expect(count('POST /training/sessions/s1/cancel')).toBe(3);
    expect(polls).toBe(4);
    expect(requests.findLast(({ request }) => request.endsWith('/cancel'))?.body).toEqual({
      reason: 'enough',
      force: false,
    });
  });

  test('gets a forced cancel after a graceful one', async () => {
    answers.session = () => {
      const cancels = count('POST /training/sessions/s1/cancel');
      cancellation.cancel('now', { force: cancels > 0 });
      return session(cancels < 2 ? 'cancelling' : 'cancelled');
    };
    await expect(train()).rejects.toBeInstanceOf(OperationCancelledError);
    const cancels = requests.filter(({ request }) => request.endsWith('/cancel'));
    expect(cancels.map(({ body }) => (body as { force: boolean }).force)).toEqual([false, true]);
  });

  test.each(['POST /training/sessions', 'GET /training/sessions/s1'])(
    'does not delay a cancel by force if it does not answer %s',
    async (silentTo) => {
      let silent = false;
      answers.disturb = (request) => {
        silent ||= request === silentTo;
        if (silent) cancellation.cancel('stopping', { force: true });
        return silent;
      };
      // much longer than the test may take
      await expect(train({ timeoutMs: 600_000 })).rejects.toMatchObject({
        code: 'host_lost',
        message: expect.stringMatching(
          /^The cancel is not confirmed: .* did not answer \(.*may still be computing/,
        ),
      });
    },
  );

  test('that no longer knows a session: the session is cancelled if a cancel was requested', async () => {
    answers.disturb = (request, response) => {
      if (request !== 'GET /training/sessions/s1') return false;
      cancellation.cancel('enough');
      const error = { code: 'session_not_found', message: 'No such session.' };
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: false, error }));
      return true;
    };
    await expect(train()).rejects.toBeInstanceOf(OperationCancelledError);
  });

  test('that never ends a cancelled session is given up', async () => {
    const fast: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 500 };
    answers.session = () => {
      cancellation.cancel();
      return session('cancelling');
    };
    await expect(train({ timeoutMs: 30_000, clock: fast })).rejects.toMatchObject({
      code: 'host_lost',
      message: expect.stringContaining('still cancelling'),
    });
  });

  describe('that is silent', () => {
    /** A second lasts 50 ms. */
    const fast: Clock = {
      ...systemClock,
      monotonic: () => systemClock.monotonic() * 20,
      sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
      setTimer: (ms, callback) => systemClock.setTimer(ms / 20, callback),
    };

    test.each<[string, (response: ServerResponse) => unknown]>([
      ['refuses', (response) => response.destroy()],
      ['accepts without an answer', () => {}],
    ])('at the start (%s): the elapsed time and the timeout are shown', async (_what, treat) => {
      answers.disturb = (_request, response) => {
        treat(response);
        return true;
      };
      await expect(train({ timeoutMs: 5_000, clock: fast })).rejects.toMatchObject({
        code: 'host_unreachable',
      });
      expect(waits.slice(0, 2)).toEqual([
        'contacting the training host',
        expect.stringMatching(/^the training host does not answer \([2-5] s of 5\)$/),
      ]);
    });

    test('to a cancel: the API waits until the lease of the session has expired there', async () => {
      answers.leaseMs = 8_000;
      answers.disturb = (request, response) => {
        if (request === 'GET /training/sessions/s1') cancellation.cancel('enough');
        if (!cancellation.token.isCancelled) return false;
        response.destroy();
        return true;
      };
      await expect(train({ timeoutMs: 1_000, clock: fast })).rejects.toMatchObject({
        code: 'host_lost',
        message: expect.stringMatching(
          /^The cancel is not confirmed: .* did not answer for 8 s .* by itself after 8 s without a request\. .*may still be computing/,
        ),
      });
      expect(waits.at(-1)).toMatch(/^the training host does not answer \([0-9]+ s of 8\)$/);
    });

    test('in mid-training, then answers again: the previous progress is shown again', async () => {
      answers.disturb = (request, response) => {
        if (request !== 'GET /training/sessions/s1') return false;
        if (waits.some((words) => words.includes('does not answer'))) return false;
        response.destroy();
        return true;
      };
      answers.session = () => session('failed', { error: { code: 'one_class_only', message: 'No.' } });
      await expect(train({ timeoutMs: 60_000, clock: fast })).rejects.toMatchObject({
        code: 'one_class_only',
      });
      const shown = waits.map((words) => words.replace(/[0-9]+ s of 60/, 'N s of 60'));
      expect([...new Set(shown)]).toEqual([
        'contacting the training host',
        'the training host does not answer (N s of 60)',
      ]);
      expect(waits.at(-1)).toBe('contacting the training host');
    });
  });

  test('another service at the address does not count as a host', async () => {
    answers.disturb = (_request, response) => {
      response.setHeader('content-type', 'text/html').end('<h1>It works!</h1>');
      return true;
    };
    await expect(train()).rejects.toMatchObject({
      code: 'host_unreachable',
      message: expect.stringContaining('not as a training host does'),
    });
  });
});

describe('a hostile host', () => {
  const result = (more: unknown): unknown => ({ ...SAMPLE_RESULT, ...(more as object) });
  test.each<[string, () => unknown, RegExp]>([
    ['a junk result', () => ({ training_metrics: {}, artifacts: 5 }), /: result[.\w]* is missing/],
    ['a list as a result', () => [], /: result must be object/],
    [
      'a text instead of a number',
      () => result({ validation_metrics: { val_loss: '0', val_accuracy: 1 } }),
      /: result\.validation_metrics\.val_loss must be number/,
    ],
    [
      'a huge list',
      () =>
        result({ artifacts: { ...SAMPLE_RESULT.artifacts, per_symbol_metrics: Array(200_000).fill({}) } }),
      / sent JSON with more than 100000 values\. Its answer was not used\.$/,
    ],
    [
      'deep lists',
      () => JSON.parse('['.repeat(100) + ']'.repeat(100)),
      / sent JSON that is nested more than 64/,
    ],
  ])('%s completes nothing: the error names field and host', async (_what, junk, message) => {
    answers.session = () => session('completed', { result: junk() as never });
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'host_refused',
      message: expect.stringMatching(message),
    });
    await expect(train({ timeoutMs: 30_000 })).rejects.toThrow(
      /^The training host http:\/\/127\.0\.0\.1:[0-9]+ sent/,
    );
    expect(await stored()).toEqual([]);
  });

  test('a session of another training is not used', async () => {
    answers.session = () => session('completed', { session_id: 's2', result: SAMPLE_RESULT });
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'host_refused',
      message: expect.stringContaining('"s2"'),
    });
  });

  test.each<[string, (response: ServerResponse) => unknown, RegExp]>([
    [
      'progress that is no progress',
      (response) =>
        response.end(
          JSON.stringify({
            success: true,
            data: {
              ...(session('running') as object),
              last_update: { phase: 'training', current_batch: 1e99 },
            },
          }),
        ),
      /not valid: last_update\./,
    ],
    [
      'a redirect',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/secret' }).end(),
      /answered 302/,
    ],
    [
      'CVE-2026-21858: JSON under the name of another type',
      (response) =>
        response
          .setHeader('content-type', 'text/plain')
          .end(JSON.stringify({ success: true, data: session('running') })),
      /answered 200 with "text\/plain"/,
    ],
    ['no type', (response) => response.removeHeader('content-type'), /no answer within|content type/],
    [
      'an answer that drips forever',
      (response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      },
      /no answer within/,
    ],
    [
      'an answer without an end',
      (response) => {
        const piece = Buffer.alloc(1_048_576, 'a');
        const write = (): void => {
          while (!response.destroyed && response.write(piece));
          response.once('drain', write);
        };
        write();
      },
      /maxContentLength|no answer within/,
    ],
  ])('%s counts as no answer, within the time limit', async (_what, treat, reason) => {
    answers.disturb = (request, response) => {
      if (request !== 'GET /training/sessions/s1') return false;
      response.setHeader('content-type', 'application/json');
      treat(response);
      return true;
    };
    await expect(train()).rejects.toMatchObject({
      code: 'host_lost',
      message: expect.stringMatching(reason),
    });
  });

  test('an error keeps a known code, and its texts are bounded', async () => {
    const error = {
      code: '__proto__',
      message: `\u001b[2J\u202e${'x'.repeat(200_000)}`,
      details: { a: 'y'.repeat(200_000) },
    };
    answers.disturb = (request, response) => {
      if (request !== 'POST /training/sessions') return false;
      response.writeHead(422, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: false, error }));
      return true;
    };
    const refused = (await train({ timeoutMs: 30_000 }).catch((thrown: unknown) => thrown)) as KtrdrError;
    expect(refused.code).toBe('internal_error');
    expect(JSON.stringify(refused.toBody()).length).toBeLessThan(10_000);
  });

  test('a flood of warnings is cut, and their number is said', async () => {
    const flood = Array.from({ length: 20_000 }, (_, index) => `warning ${index}`);
    answers.session = () =>
      session('failed', { warnings: flood, error: { code: 'one_class_only', message: 'No.' } });
    await expect(train({ timeoutMs: 30_000 })).rejects.toMatchObject({ code: 'one_class_only' });
    expect([warnings.length, warnings.at(-1)]).toEqual([101, 'and 19,900 more were left out']);
  });
});
