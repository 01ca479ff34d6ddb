import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from '@jest/globals';
import { procFilesystem, requires } from '../../../tools/requirements.js';
import { isOwnerGone, ownerName } from './owner-process.js';

const { test } = requires(procFilesystem());

const name = ownerName('k3f9x2');
const withPid = (pid: number): string => name.replace(`:${process.pid}:`, `:${pid}:`);

test('a running process is not gone; an ended process is', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const owner = withPid(child.pid!);
  expect(isOwnerGone(owner)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isOwnerGone(owner)).toBe(true);
});

test('this process is not gone; an earlier process with the same id is', () => {
  expect(isOwnerGone(name)).toBe(false);
  expect(isOwnerGone(ownerName('another'))).toBe(false);
  expect(isOwnerGone(name.replace('k3f9x2', 'earlier'))).toBe(true);
});

test('a process of another machine, container or boot, or with an unknown name, never counts as gone', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  const ended = withPid(child.pid!);
  expect(isOwnerGone(ended)).toBe(true);
  expect(isOwnerGone(ended.replace(/@.*/, '@0123456789ab'))).toBe(false);
  expect(isOwnerGone(ended.replace(/@.*/, ''))).toBe(false);
  expect(isOwnerGone('somebody')).toBe(false);
});
