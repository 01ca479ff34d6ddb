import { expect, test } from '@jest/globals';
import { auditQuery } from './audit-query.js';

const NONE = { caller: '', action: '', outcome: '', offset: '' };

test.each([
  [NONE, { limit: 50, offset: 0 }],
  [
    { caller: ' alice ', action: 'start', outcome: 'refused', offset: '100' },
    { caller: 'alice', action: 'start', outcome: 'refused', limit: 50, offset: 100 },
  ],
  [
    { ...NONE, action: 'dance', outcome: 'luck', offset: '-5' },
    { limit: 50, offset: 0 },
  ],
  [
    { ...NONE, offset: '1e400' },
    { limit: 50, offset: 0 },
  ],
])('%j', (filters, query) => {
  expect(auditQuery(filters, 50)).toEqual(query);
});
