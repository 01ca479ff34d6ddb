import { userInfo } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { USER_PATTERN } from '@ktrdr/contracts';
import { readWantsHostService } from '../src/config.js';
import { commandLine } from './command-line.js';
import { operation, progress } from './wire-server.js';

describe('models train', () => {
  const cli = commandLine();

  describe('USE_TRAINING_HOST_SERVICE set for ktrdr', () => {
    const train = async (wanted: boolean | undefined, host_service: boolean | null, ...options: string[]) => {
      cli.context.wantsHostService = () => wanted;
      const started = { operation_id: 'op_1', status: 'started', message: 'Training started' };
      cli.server.answers.set('POST /trainings/start', () => ({ data: started }));
      const { context: known } = progress();
      cli.server.set(
        operation({ operation_id: 'op_1', progress: progress({ context: { ...known, host_service } }) }),
      );
      expect(await cli.run('models', 'train', cli.file, '--detach', ...options)).toBe(0);
    };

    test.each([
      [
        true,
        false,
        /^note: USE_TRAINING_HOST_SERVICE=true .*start it with USE_TRAINING_HOST_SERVICE=true npm start\n$/,
      ],
      [
        false,
        true,
        /^note: USE_TRAINING_HOST_SERVICE=false .*without USE_TRAINING_HOST_SERVICE and TRAINING_QUEUE_URL\n$/,
      ],
      [true, true, /^$/],
      [false, false, /^$/],
      [undefined, true, /^$/],
      [undefined, false, /^$/],
      [true, null, /^$/],
    ])('%s while host_service is %s', async (wanted, actual, note) => {
      await train(wanted, actual);
      expect(cli.context.stderr()).toMatch(note);
      expect(cli.context.stdout()).toContain('Training started');
    });

    test('does not change the JSON on stdout', async () => {
      await train(true, false, '--json');
      expect(JSON.parse(cli.context.stdout())).toMatchObject({ operation_id: 'op_1' });
      expect(cli.context.stderr()).toMatch(/^note: /);
    });

    test('starts nothing if it is neither true nor false', async () => {
      cli.context.wantsHostService = () => readWantsHostService({ USE_TRAINING_HOST_SERVICE: 'maybe' });
      await expect(cli.run('models', 'train', cli.file)).rejects.toMatchObject({ exitCode: 2 });
      await expect(cli.run('operations', 'resume', 'op_1')).rejects.toMatchObject({ exitCode: 2 });
      expect(cli.server.requests).toEqual([]);
    });

    test('does not fail the command if the API stops answering', async () => {
      cli.context.wantsHostService = () => true;
      cli.server.answers.set('POST /trainings/start', () => ({
        data: { operation_id: 'op_1', status: 'started', message: 'Training started' },
      }));
      cli.server.answers.set('GET /operations/op_1', () => ({
        status: 503,
        error: { code: 'store_unavailable', message: 'Gone.' },
      }));
      expect(await cli.run('models', 'train', cli.file, '--detach')).toBe(0);
      expect(cli.context.stderr()).toBe('');
    });
  });

  test('models train sends the text of the file and the given options, and nothing else', async () => {
    cli.server.answers.set('POST /trainings/start', () => {
      return { data: { operation_id: 'op_1', status: 'started', message: 'Training started' } };
    });
    const options = ['--start-date', '2024-01-01', '--end-date', '2024-03-01', '--validation-split', '0.2'];
    const more = [
      '--data-mode',
      'local',
      '--seed',
      '7',
      '--seeds',
      '3',
      '--dry-run',
      '--detailed-analytics',
      '--detach',
    ];
    more.push('--walk-forward', '5', '--walk-forward-window', '2000', '--walk-forward-gap', '24');
    more.push('--priority', 'high');
    // the account name, if it is valid as the name of a queue user
    const { username } = userInfo();
    const user = USER_PATTERN.test(username) ? { user: username } : {};
    expect(await cli.run('models', 'train', cli.file, 'AAPL, GOOG', '1h,1d', ...options, ...more)).toBe(0);
    expect(await cli.run('models', 'train', cli.file, '--detach')).toBe(0);
    const starts = cli.server.requests.filter(({ method }) => method === 'POST');
    expect(starts.map(({ body }) => body)).toEqual([
      {
        strategy: 'name: ä\n',
        strategy_file: cli.file,
        symbols: ['AAPL', 'GOOG'],
        timeframes: ['1h', '1d'],
        start_date: '2024-01-01',
        end_date: '2024-03-01',
        validation_split: 0.2,
        data_mode: 'local',
        seed: 7,
        seeds: 3,
        dry_run: true,
        detailed_analytics: true,
        walk_forward: 5,
        walk_forward_window: 2000,
        walk_forward_gap: 24,
        priority: 'high',
        ...user,
      },
      { strategy: 'name: ä\n', strategy_file: cli.file, ...user },
    ]);
  });

  describe('models train --detach warns if no host is available, and exits 0', () => {
    const HOST = { name: 'gpu-1', mode: 'queue', status: 'up', engines: [], engine_setting: null };
    const LOAD = { sessions_running: 0, sessions_max: 1, operations: [], last_heartbeat: null };
    const host = (change: object) => ({ ...HOST, ...LOAD, ...change });
    const QUEUE = 'npm run host -- --queue';

    test.each([
      [
        'no host in the queue',
        { mode: 'queue', hosts: [] },
        ['No host takes trainings from the queue', QUEUE],
      ],
      [
        'only hosts that do not respond',
        { mode: 'queue', hosts: [host({ status: 'silent' })] },
        ['No host of the queue responds', QUEUE],
      ],
      [
        'a host service that does not respond',
        { mode: 'host', hosts: [host({ name: 'http://gpu:5002', status: 'silent' })] },
        ['The training host at http://gpu:5002 does not respond', 'npm run host'],
      ],
    ])('%s', async (_, hosts, words) => {
      cli.server.answers.set('POST /trainings/start', () => ({
        data: { operation_id: 'op_1', status: 'started', message: 'Training started' },
      }));
      cli.server.answers.set('GET /hosts', () => ({ data: hosts }));
      expect(await cli.run('models', 'train', cli.file, '--detach')).toBe(0);
      expect(cli.context.stdout()).toContain('ktrdr operations follow op_1');
      expect(cli.context.stderr().trim().split('\n')).toHaveLength(1);
      for (const word of words) expect(cli.context.stderr()).toContain(word);
    });

    test.each([
      ['a host is up', () => ({ data: { mode: 'queue', hosts: [host({}), host({ status: 'silent' })] } })],
      ['the API trains by itself', () => ({ data: { mode: 'local', hosts: [] } })],
      [
        'the API cannot list the hosts',
        () => ({ status: 500, error: { code: 'internal_error', message: 'x' } }),
      ],
    ])('and prints no warning if %s', async (_, answer) => {
      cli.server.answers.set('POST /trainings/start', () => ({
        data: { operation_id: 'op_1', status: 'started', message: 'Training started' },
      }));
      cli.server.answers.set('GET /hosts', answer);
      expect(await cli.run('models', 'train', cli.file, '--detach', '--json')).toBe(0);
      expect(cli.context.stderr()).toBe('');
      expect(JSON.parse(cli.context.stdout())).toMatchObject({ operation_id: 'op_1' });
    });
  });

  test('an empty symbol between commas is rejected', async () => {
    await expect(cli.run('models', 'train', cli.file, 'AAPL,,GOOG')).rejects.toMatchObject({
      exitCode: 2,
      message: "'AAPL,,GOOG' has an empty symbol. Write several as A,B.",
    });
  });
});
