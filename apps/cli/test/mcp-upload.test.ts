/** An upload of `import_bars` that cannot be removed: the answer to the import must not get lost. */
import { expect, test } from '@jest/globals';
import type { ApiClient } from '../src/api-client.js';
import { ApiError } from '../src/cli-error.js';
import { CHANGE_TOOLS } from '../src/mcp/change-tools.js';
import type { ToolCall } from '../src/mcp/tool.js';

const WARNING =
  'The uploaded file could not be removed; the API removes it after a day. The disk is read-only.';
const QUESTION = { choice: 'timezone', message: 'Which time zone?', answers: null, suggestion: 'UTC' };

/** Runs `import_bars` on this file, with an API that cannot remove an upload. */
function importBars(preview: () => Promise<unknown>): Promise<unknown> {
  const client = {
    endedBy: () => client,
    upload: () => Promise.resolve({ upload_id: 'upload_1' }),
    post: preview,
    delete: () =>
      Promise.reject(new ApiError(500, { code: 'storage_failed', message: 'The disk is read-only.' })),
  };
  const { run } = CHANGE_TOOLS.find(({ name }) => name === 'import_bars')!;
  const call = { api: client as unknown as ApiClient, signal: new AbortController().signal };
  return run(call as ToolCall, { path: import.meta.filename } as never);
}

test('a refused preview keeps its code, and says that the upload could not be removed', async () => {
  const refused = new ApiError(422, { code: 'import_invalid', message: 'The file has no prices.' });
  await expect(importBars(() => Promise.reject(refused))).rejects.toMatchObject({
    code: 'import_invalid',
    message: `The file has no prices. ${WARNING}`,
  });
});

test('open questions are asked, with a warning', async () => {
  expect(await importBars(() => Promise.resolve({ questions: [QUESTION] }))).toMatchObject({
    data: { started: false, questions: [QUESTION], warnings: [WARNING] },
  });
});
