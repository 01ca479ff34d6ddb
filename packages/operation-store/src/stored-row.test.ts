import { expect, test } from '@jest/globals';
import { EMPTY_PROGRESS_CONTEXT } from '@ktrdr/contracts';
import { summaryOf, type ListedRow } from './stored-row.js';

test('fields of the progress that an older version did not store are null', () => {
  const row = {
    progress_json: '{"percentage":100,"context":{"strategy":"momentum","total_epochs":3}}',
    metadata_json: '{"parameters":{}}',
    cancel_reason_json: 'null',
    error_json: 'null',
    warnings_json: '[]',
  } as ListedRow;
  expect(summaryOf(row).progress).toEqual({
    percentage: 100,
    context: { ...EMPTY_PROGRESS_CONTEXT, strategy: 'momentum', total_epochs: 3 },
  });
});
