import { beforeEach, describe, expect, test } from '@jest/globals';
import { MOST_WEBHOOKS, type NotificationEvent } from '@ktrdr/contracts';
import { MemoryWebhookStore } from '@ktrdr/operation-store';
import { systemRandomId } from '@ktrdr/orchestrator';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { AddressPolicy } from '@ktrdr/outbound';
import { WebhookSender } from './webhook-sender.js';
import { Webhooks } from './webhooks.js';

const clock = new FakeClock();
const policy = new AddressPolicy(['10.1.0.0/16']);
let webhooks: Webhooks;

beforeEach(() => {
  const store = new MemoryWebhookStore(() => clock.now());
  const sender = new WebhookSender({ policy, clock });
  webhooks = new Webhooks({ store, sender, policy, clock, randomId: systemRandomId });
});

const create = (url: string, on: NotificationEvent[] = ['completed']) =>
  webhooks.create({ url, on }, 'alice');

test('the secret is in the answer of its creation only', async () => {
  const created = await create('https://example.com/hook?key=1', ['edge', 'failed', 'edge']);
  expect(created).toMatchObject({
    id: expect.stringMatching(/^wh_[a-z0-9]{10}$/),
    name: null,
    url: 'https://example.com/hook?key=1',
    on: ['failed', 'edge'],
    created_by: 'alice',
    waiting: 0,
    dropped: 0,
    last_delivery: null,
    secret: expect.stringMatching(/^whsec_[\w-]{43}$/),
  });
  const { secret, ...shown } = created;
  expect(await webhooks.list()).toEqual([shown]);
  expect(JSON.stringify([await webhooks.list(), await webhooks.remove(created.id)])).not.toContain(secret);
  expect(await webhooks.list()).toEqual([]);
});

describe('a URL is refused', () => {
  test.each([
    ['example.com', 'invalid_request', 'must begin with https://'],
    ['ftp://example.com', 'invalid_request', 'must begin with https://'],
    ['javascript:alert(1)', 'invalid_request', 'must begin with https://'],
    ['https://user:pass@example.com', 'invalid_request', 'must not contain a user or a password'],
    ['https://example.com/#part', 'invalid_request', 'must not contain a "#"'],
    ['https://127.0.0.1/', 'address_not_allowed', 'is loopback'],
    ['https://2130706433/', 'address_not_allowed', 'is loopback'],
    ['https://[::1]/', 'address_not_allowed', 'is loopback'],
    ['https://169.254.169.254/latest', 'address_not_allowed', 'is link-local'],
    ['http://8.8.8.8/', 'address_not_allowed', 'is public: use https'],
  ])('%s', async (url, code, message) => {
    await expect(create(url)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await webhooks.list()).toEqual([]);
  });

  test('unless the operator allows its network', async () => {
    expect(await create('http://10.1.2.3:8080/hook')).toMatchObject({ url: 'http://10.1.2.3:8080/hook' });
  });
});

test('there is a limit, and an unknown webhook says how to find one', async () => {
  for (let number = 0; number < MOST_WEBHOOKS; number++) await create('https://example.com');
  await expect(create('https://example.com')).rejects.toMatchObject({ code: 'too_many_webhooks' });
  const unknown = { code: 'notification_not_found', message: expect.stringContaining('ktrdr notify list') };
  await expect(webhooks.remove('wh_none')).rejects.toMatchObject(unknown);
  await expect(webhooks.test('wh_none')).rejects.toMatchObject(unknown);
});
