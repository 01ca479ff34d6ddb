import { describe, expect, test } from '@jest/globals';
import type { TrainingHostInfo } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { hostsView } from './hosts-view.js';

const NOW = Date.UTC(2026, 10, 25, 12);
const screen = { columns: Infinity, unicode: true, style: createStyle(false), now: NOW };

const host = (more: Partial<TrainingHostInfo>): TrainingHostInfo => ({
  name: 'workstation-4711',
  mode: 'queue',
  status: 'up',
  engines: [{ engine: 'onnx-cuda', device: 'cuda' }],
  engine_setting: 'auto',
  sessions_running: 0,
  sessions_max: 2,
  operations: [],
  last_heartbeat: new Date(NOW - 500).toISOString(),
  ...more,
});

describe('hosts', () => {
  test('have one line each with status, last contact, engine, load and operations', () => {
    const busy = host({
      sessions_running: 1,
      operations: ['op_training_20261125T101500_k3f9'],
      engines: [
        { engine: 'onnx-cuda', device: 'cuda' },
        { engine: 'onnx', device: 'cpu' },
      ],
    });
    const silent = host({
      name: 'office-12',
      status: 'silent',
      engines: [],
      sessions_max: null,
      last_heartbeat: new Date(NOW - 75_000).toISOString(),
    });
    const never = host({ name: 'http://box:5002', mode: 'direct', operations: null, last_heartbeat: null });
    expect(hostsView({ mode: 'queue', hosts: [busy, silent, never] }, screen).split('\n')).toEqual([
      '  host              status  last seen  engine               load  operations',
      '  workstation-4711  up      just now   onnx-cuda (cuda) +1   1/2  op_training_20261125T101500_k3f9',
      '  office-12         silent  1 min ago                        0/?',
      '  http://box:5002   up      never      onnx-cuda (cuda)      0/2',
      '',
      '  3 hosts, 2 up',
    ]);
  });

  test('are replaced by a hint if there are none', () => {
    expect(hostsView({ mode: 'local', hosts: [] }, screen)).toMatch(/trains locally/);
    expect(hostsView({ mode: 'queue', hosts: [] }, screen)).toMatch(/npm run host -- --queue/);
  });
});
