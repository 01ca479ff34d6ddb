import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { problemOf } from './check.js';
import { checkEngines } from './engine-checks.js';
import { checkDisk, checkNode } from './machine-checks.js';

test.each([
  ['v20.19.0', 'ok'],
  ['v24.1.0', 'ok'],
  ['v20.18.3', 'problem'],
  ['v18.20.0', 'problem'],
])('Node %s: %s', (version, status) => {
  const finding = checkNode(version, 'linux x64');
  expect(finding).toMatchObject({ status, summary: `Node ${version} on linux x64` });
  expect(finding.advice === null).toBe(status === 'ok');
});

test('the free space of a disk is reported, with the setting of the folder', async () => {
  expect(await checkDisk('STATE_DIR', tmpdir())).toMatchObject({
    summary: expect.stringMatching(/^\d+\.\d GB free for .* \(STATE_DIR\)$/),
  });
});

test('each engine says whether it loads, or why not', async () => {
  const selector = {
    candidates: async () => ({
      engines: ['onnx' as const],
      rejected: [{ engine: 'onnx-cuda' as const, reason: 'its library is not installed' }],
    }),
  };
  const checks = await checkEngines(selector, 'auto');
  const shown = (name: string) => {
    const { status, summary } = checks.find((check) => check.name === name)!;
    return `${status}: ${summary}`;
  };
  expect(shown('engines')).toBe('ok: onnx (TRAINING_ENGINE=auto)');
  expect(shown('engine onnx')).toBe('ok: loads, on the cpu');
  expect(shown('engine onnx-cuda')).toBe('absent: not available: its library is not installed');
  expect(shown('engine tensorflow-js')).toBe('absent: not available: not needed (TRAINING_ENGINE=auto)');
  expect(shown('gpu')).toMatch(/^(absent|warning): /);
});

test('a machine without any engine has a problem, and its advice', async () => {
  const error = new KtrdrError('engine_unavailable', 'No engine loads. Install one.');
  const checks = await checkEngines({ candidates: () => Promise.reject(error) }, 'auto');
  expect(checks).toEqual([
    { name: 'engines', status: 'problem', summary: 'No engine loads.', advice: 'Install one.' },
  ]);
});

test('a problem shows no secret', () => {
  const { summary } = problemOf(new Error('cannot reach postgres://me:geheim@db/ktrdr'));
  expect(summary).not.toContain('geheim');
});
