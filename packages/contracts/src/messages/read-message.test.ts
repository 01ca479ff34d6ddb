import { describe, expect, test } from '@jest/globals';
import {
  InvalidMessageError,
  readMessage,
  TRAINING_QUEUE_READER,
  type MessageName,
} from '@ktrdr/contracts/messages';
import { changedMessages, propertyRuns, SAMPLE_MESSAGES } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

const NAMES = Object.keys(SAMPLE_MESSAGES) as MessageName[];

test.each(NAMES)('a valid %s is read unchanged', (name) => {
  const message = SAMPLE_MESSAGES[name];
  expect(readMessage(name, message, 'The host')).toBe(message);
});

test.each(NAMES)('any value that arrives as %s is read, or refused with its place', (name) => {
  fc.assert(
    fc.property(fc.oneof(changedMessages(fc, name), fc.jsonValue(), fc.anything()), (value) => {
      try {
        readMessage(name, value, 'The host');
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidMessageError);
        const { code, field, message } = error as InvalidMessageError;
        expect(code).toBe('host_refused');
        expect(field.length).toBeGreaterThan(0);
        expect(message.length).toBeLessThan(1_000);
      }
    }),
    { numRuns: propertyRuns() },
  );
});

describe('a message is refused by its field', () => {
  const session = SAMPLE_MESSAGES.TrainingSession;
  test.each<[string, MessageName, unknown, RegExp]>([
    [
      'a junk result',
      'TrainingSession',
      { ...session, result: { training_metrics: {}, artifacts: 5 } },
      /: result\./,
    ],
    ['a list as a result', 'TrainingSession', { ...session, result: [] }, /: result must be (object|null)/],
    [
      'progress that is no progress',
      'TrainingSession',
      { ...session, last_update: { phase: 'training', epoch: 'NaN', epochs: -5, current_batch: 1e99 } },
      /: last_update\./,
    ],
    [
      'a number that is not finite',
      'TrainerMessage',
      { type: 'progress', update: { ...session.last_update, items_processed: Number.NaN } },
      /update\.items_processed/,
    ],
    [
      'a number without bounds that is not finite',
      'TrainerMessage',
      { type: 'heartbeat', rss: Number.NaN },
      /: rss must be number/,
    ],
    [
      'a batch beyond every number',
      'TrainingSession',
      { ...session, last_update: { ...session.last_update, current_batch: 1e99 } },
      /last_update\.current_batch must be <= 9007199254740991/,
    ],
    [
      'an unknown phase',
      'TrainingSession',
      { ...session, last_update: { ...session.last_update, phase: 'mining' } },
      /last_update\.phase is not a known value/,
    ],
    [
      'a path as an operation',
      'TrainingJob',
      {
        ...SAMPLE_MESSAGES.TrainingJob,
        data: { ...SAMPLE_MESSAGES.StartSessionRequest, operation_id: '../../victim' },
      },
      /data\.operation_id must match pattern/,
    ],
    [
      'a path as a symbol',
      'StartSessionRequest',
      {
        ...SAMPLE_MESSAGES.StartSessionRequest,
        fingerprints: [{ symbol: '../../../etc/passwd', timeframe: '1d', sha256: 'x' }],
      },
      /fingerprints\.0\.symbol must match pattern/,
    ],
    [
      'a strategy of 3 MB',
      'StartSessionRequest',
      { ...SAMPLE_MESSAGES.StartSessionRequest, strategy: 'x'.repeat(3e6) },
      /strategy must NOT have more than 2097152 characters/,
    ],
    ['nothing', 'TrainingJob', null, /valid: it must be object/],
  ])('%s', (_what, name, value, message) => {
    expect(() => readMessage(name, value, 'The host gpu1')).toThrow(message);
    expect(() => readMessage(name, value, 'The host gpu1')).toThrow(/^The host gpu1 sent a message/);
  });
});

describe('a forged job is refused before anything is done with it', () => {
  const good = SAMPLE_MESSAGES.StartSessionRequest;
  test.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['empty', {}],
    ['an id that leads out of the folder', { ...good, operation_id: '../../../../tmp/victim' }],
    [
      'an id that leads out of the folder, and a resume',
      { ...good, operation_id: '../../victim', resume: true },
    ],
    ['an id of null', { ...good, operation_id: null }],
    ['the name of a prototype', { ...good, operation_id: '__proto__' }],
    ['an id with a query', { ...good, operation_id: 'x/../../operations?y=' }],
    ['a strategy that is a number', { ...good, strategy: 5 }],
    ['a strategy of null', { ...good, strategy: null }],
    ['a huge strategy', { ...good, strategy: 'x'.repeat(3e6) }],
    ['an unknown engine', { ...good, engine: '../../evil' }],
    ['no fingerprints', { ...good, fingerprints: null }],
    [
      'a path in a fingerprint',
      { ...good, fingerprints: [{ symbol: '../../../etc/passwd', timeframe: '1d', sha256: 'x' }] },
    ],
  ])('%s', (_what, data) => {
    expect(() => TRAINING_QUEUE_READER.job({ data, user: null, userLimit: 0 })).toThrow(InvalidMessageError);
  });

  test('a valid one is read', () => {
    const job = { data: good, user: null, userLimit: 0 };
    expect(TRAINING_QUEUE_READER.job(job)).toBe(job);
  });
});
