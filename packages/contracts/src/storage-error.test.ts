import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from './errors.js';
import { storageError } from './storage-error.js';

describe('a failed file operation', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('on a full disk (%s) becomes disk_full', (code) => {
    const cause = Object.assign(new Error('no room'), { code, path: '/data/x' });
    const error = storageError(cause, 'writing AAPL_1h.csv into /data', 'DATA_DIR');
    expect(error).toMatchObject({ code: 'disk_full', cause, details: { cause: code, path: '/data/x' } });
    expect(error.message).toBe(
      `The disk is full (${code}): writing AAPL_1h.csv into /data failed. Nothing was stored. ` +
        'Free some space or set DATA_DIR to a folder on another disk, then try again.',
    );
  });

  test('for any other reason becomes storage_failed, with the reason', () => {
    const cause = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    const error = storageError(cause, 'creating /models', 'MODELS_DIR');
    expect(error).toMatchObject({ code: 'storage_failed', details: { cause: 'EACCES', path: null } });
    expect(error.message).toBe(
      'Creating /models failed: EACCES: permission denied. Nothing was stored. ' +
        'Check that MODELS_DIR is a writable folder.',
    );
  });

  test('that already is a KtrdrError stays unchanged', () => {
    const error = new KtrdrError('bars_exist', 'there');
    expect(storageError(error, 'writing', 'DATA_DIR')).toBe(error);
  });
});
