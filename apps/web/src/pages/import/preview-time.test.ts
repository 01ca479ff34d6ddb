import { expect, test } from '@jest/globals';
import { previewTime } from './preview-time.js';

test.each([
  ['2024-01-02', '2024-01-02'],
  ['2024-01-02T14:30:00Z', '2024-01-02 14:30 UTC'],
  ['2024-01-02T00:00:00Z', '2024-01-02 00:00 UTC'],
  ['2026-03-02T00:00:00', '2026-03-02 00:00 (no zone)'],
  ['2024-01-02T14:30:15Z', '2024-01-02 14:30:15 UTC'],
])('%s is shown as %s', (time, text) => {
  expect(previewTime(time)).toBe(text);
});
