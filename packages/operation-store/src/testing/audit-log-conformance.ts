import assert from 'node:assert/strict';
import type { AuditLog, NewAuditEntry } from '../audit-log.js';

/** Creates an empty log; `close` releases its resources. */
export type AuditLogFactory = () => Promise<{ audit: AuditLog; close?: () => Promise<void> }>;

function entry(target: string, other: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    at: '2026-01-05T10:00:00.000Z',
    caller: 'alice',
    token_id: '0123456789ab',
    action: 'start',
    target,
    address: '127.0.0.1',
    outcome: 'done',
    status: 200,
    code: null,
    count: 1,
    ...other,
  };
}

const REFUSED = {
  outcome: 'refused',
  status: 401,
  code: 'unauthenticated',
  caller: null,
  token_id: null,
} as const;
const PAGE = { limit: 1_000, offset: 0 };

/** Requirements for every `AuditLog`. Each case gets its own log. */
export function auditLogConformance(factory: AuditLogFactory) {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const { audit, close } = await factory();
      try {
        await check(audit);
      } finally {
        await close?.();
      }
    },
  }));
}

async function targets(audit: AuditLog, query: Partial<Parameters<AuditLog['list']>[0]> = {}) {
  const { entries } = await audit.list({ ...PAGE, ...query });
  return entries.map(({ target }) => target);
}

const CASES: Record<string, (audit: AuditLog) => Promise<void>> = {
  'an empty log': async (audit) => {
    await audit.append([]);
    assert.deepEqual(await audit.list(PAGE), { entries: [], total_count: 0 });
    assert.equal(await audit.trim({ refused: 0, other: 0 }), 0);
  },

  'entries are returned exactly, newest first, with increasing ids': async (audit) => {
    const written = [entry('one'), entry('two', { ...REFUSED, count: 7 }), entry('three "ü" \n')];
    await audit.append(written.slice(0, 2));
    await audit.append(written.slice(2));
    const { entries, total_count } = await audit.list(PAGE);
    assert.equal(total_count, 3);
    assert.deepEqual(
      entries.map(({ id: _id, ...rest }) => rest),
      written.toReversed(),
    );
    const ids = entries.map(({ id }) => id);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => b - a),
    );
  },

  'filters and pages': async (audit) => {
    await audit.append([
      entry('1'),
      entry('2', { caller: 'bob' }),
      entry('3', { action: 'cancel' }),
      entry('4', REFUSED),
      entry('5', { outcome: 'failed', status: 404, code: 'operation_not_found' }),
      entry('6'),
    ]);
    assert.deepEqual(await targets(audit, { caller: 'bob' }), ['2']);
    assert.deepEqual(await targets(audit, { action: 'cancel' }), ['3']);
    assert.deepEqual(await targets(audit, { outcome: 'refused' }), ['4']);
    assert.deepEqual(await targets(audit, { outcome: 'failed' }), ['5']);
    assert.deepEqual(await targets(audit, { caller: 'alice', action: 'start', outcome: 'done' }), ['6', '1']);
    assert.deepEqual(await targets(audit, { caller: 'nobody' }), []);
    assert.deepEqual(await targets(audit, { caller: 'ali\0ce' }), []);
    assert.deepEqual(await targets(audit, { limit: 2, offset: 1 }), ['5', '4']);
    const page = await audit.list({ caller: 'alice', limit: 1, offset: 9 });
    assert.deepEqual(page, { entries: [], total_count: 4 });
  },

  'the oldest entries over the limits are removed; refused ones push out no others': async (audit) => {
    await audit.append(['1', '2', '3'].map((target) => entry(target)));
    await audit.append(['4', '5', '6', '7'].map((target) => entry(target, REFUSED)));
    await audit.append([entry('8', { outcome: 'failed', status: 409 })]);
    assert.equal(await audit.trim({ refused: 2, other: 3 }), 3);
    assert.deepEqual(await targets(audit), ['8', '7', '6', '3', '2']);
    assert.equal(await audit.trim({ refused: 2, other: 3 }), 0);
  },

  'entries that are added at the same time are all kept': async (audit) => {
    const all = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(all.map((target) => audit.append([entry(target)])));
    assert.deepEqual(new Set(await targets(audit)), new Set(all));
  },
};
