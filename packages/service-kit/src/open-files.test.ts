import { expect, test } from '@jest/globals';
import { checkOpenFiles } from './open-files.js';

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             unlimited            unlimited            processes
Max open files            ${soft.padEnd(20)} 1048576              files
`;

test('too few open files: refused, with the limit and what to do', () => {
  expect(() => checkOpenFiles(limits('64'))).toThrow(
    'This process may open only 64 files (ulimit -n), and a service needs at least 128. Raise the limit, for example: ulimit -n 4096',
  );
});

test('few open files: a warning says what they limit', () => {
  expect(checkOpenFiles(limits('256'))).toMatch(/only 256 files \(ulimit -n\): .* about 192 connections/);
});

test('enough open files, or a system that does not say: nothing', () => {
  for (const text of [limits('1024'), limits('unlimited'), '']) expect(checkOpenFiles(text)).toBeNull();
});
