import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { DeliveryAuthenticator } from './delivery-authenticator.js';
import { DeliverySecrets, type Delivery } from './delivery-secrets.js';

const OPERATION = 'op_training_20240101T000000_mine';
const OTHER = 'op_training_20240101T000000_other';
const DAY_MS = 24 * 3_600_000;

const delivery = (operationId: string, number: number): Delivery => ({
  operationId,
  attempt: 2,
  delivery: number,
  bars: [
    { symbol: 'AAPL', timeframe: '1h' },
    { symbol: 'MSFT', timeframe: '1d' },
  ],
});

let directory: string;
let secrets: DeliverySecrets;
/** The delivery that has each job now. */
let current: Record<string, number>;
/** Secret of `OPERATION`. */
let secret: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-deliveries-'));
  secrets = new DeliverySecrets(directory);
  current = { [`${OPERATION}-2`]: 3, [`${OTHER}-2`]: 1 };
  secret = await secrets.issue(delivery(OPERATION, 3));
});

afterEach(() => rm(directory, { recursive: true }));

interface Asked {
  authorization?: string;
  id?: string;
  delivery?: string;
  symbol?: string;
  timeframe?: string;
}

function authenticate({ authorization = `Delivery ${secret}`, id = OPERATION, ...params }: Asked) {
  const queue = { currentDelivery: async (jobId: string) => current[jobId] ?? null };
  // another API has made the secret
  const authenticator = new DeliveryAuthenticator(new DeliverySecrets(directory), queue);
  return authenticator.authenticate({ headers: { authorization }, params: { id, ...params } });
}

async function refusal(asked: Asked): Promise<{ code: string; message: string }> {
  try {
    await authenticate(asked);
  } catch (error) {
    if (error instanceof KtrdrError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

test.each<Asked>([
  {},
  { delivery: '3' },
  { symbol: 'AAPL', timeframe: '1h' },
  { symbol: 'MSFT', timeframe: '1d' },
])('the host with the delivery reaches %j', async (asked) => {
  expect(await authenticate(asked)).toEqual({ name: `host of ${OPERATION}`, role: null, tokenId: null });
});

describe('the same refusal for', () => {
  test.each<[string, () => Asked | Promise<Asked>]>([
    ['no secret', () => ({ authorization: '' })],
    ['a wrong secret', () => ({ authorization: `Delivery ${'0'.repeat(64)}` })],
    ['an unknown operation', () => ({ id: 'op_training_20240101T000000_nosuch' })],
    ['an unknown operation without a secret', () => ({ id: 'nosuch', authorization: '' })],
    ['a path as the secret', () => ({ authorization: 'Delivery ../../../../etc/hostname' })],
    ['the hash of the secret', () => ({ authorization: `Delivery ${sha256(secret)}` })],
    ['the secret as a token', () => ({ authorization: `Bearer ${secret}` })],
    ['another operation', () => ({ id: OTHER })],
    [
      'the secret of another operation',
      async () => ({ authorization: `Delivery ${await secrets.issue(delivery(OTHER, 1))}` }),
    ],
    ['another delivery in the path', () => ({ delivery: '4' })],
    ['a delivery that is not a number', () => ({ delivery: '3x' })],
    ['bars of another symbol', () => ({ symbol: 'SP500', timeframe: '1h' })],
    ['bars of another timeframe', () => ({ symbol: 'AAPL', timeframe: '1d' })],
    [
      'a delivery that another host has replaced',
      () => {
        current[`${OPERATION}-2`] = 4;
        return {};
      },
    ],
    [
      'a training that has ended',
      () => {
        current = {};
        return {};
      },
    ],
    [
      'a secret that was removed at the end of the training',
      async () => {
        await secrets.remove(OPERATION, () => {});
        return {};
      },
    ],
  ])('%s', async (_what, asked) => {
    const expected = await refusal({ authorization: '', id: 'nosuch' });
    expect(expected.code).toBe('delivery_not_found');
    expect(await refusal(await asked())).toEqual(expected);
  });

  test('every secret of an API without a queue', async () => {
    const authenticator = new DeliveryAuthenticator(secrets, null);
    const request = { headers: { authorization: `Delivery ${secret}` }, params: { id: OPERATION } };
    await expect(authenticator.authenticate(request)).rejects.toMatchObject({ code: 'delivery_not_found' });
  });
});

test('a strange secret does not ask the queue, regardless of the operation', async () => {
  const asked: string[] = [];
  const queue = {
    currentDelivery: async (jobId: string) => {
      asked.push(jobId);
      return 3;
    },
  };
  const authenticator = new DeliveryAuthenticator(secrets, queue);
  for (const id of [OPERATION, 'nosuch'])
    await expect(
      authenticator.authenticate({ headers: { authorization: 'Delivery x' }, params: { id } }),
    ).rejects.toThrow();
  expect(asked).toEqual([]);
});

test('a secret has 256 bits, and only its hash is kept, for this user alone', async () => {
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(await secrets.issue(delivery(OPERATION, 3))).not.toBe(secret);
  const folder = join(directory, 'deliveries');
  const names = await readdir(folder);
  expect(names).toContain(`${sha256(secret)}.json`);
  for (const name of names) {
    expect(await readFile(join(folder, name), 'utf8')).not.toContain(secret);
    expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  }
});

test('secrets are removed with their training, and after two weeks', async () => {
  const folder = join(directory, 'deliveries');
  const other = await secrets.issue(delivery(OTHER, 1));
  await secrets.remove(OPERATION, () => {});
  expect(await readdir(folder)).toEqual([`${sha256(other)}.json`]);
  await secrets.removeOld(Date.now() + 13 * DAY_MS);
  expect(await readdir(folder)).toHaveLength(1);
  await secrets.removeOld(Date.now() + 15 * DAY_MS);
  expect(await readdir(folder)).toEqual([]);
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
