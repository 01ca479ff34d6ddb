import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TOKEN_PATTERN, type AuditList, type CreatedToken } from '@ktrdr/contracts';
import { Sandbox, type TestService } from '@ktrdr/service-kit/testing';

/** The built command line and one API, from its first token on. The tests run in this order. */
let sandbox: Sandbox;
let api: TestService;
let config: string;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  api = await sandbox.startApi('api');
  config = sandbox.path('config');
});

afterAll(() => sandbox.close());

interface End {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function ktrdr(
  args: string[],
  env: Record<string, string> = {},
  url = api.url,
  input?: string,
): Promise<End> {
  const command = sandbox.ktrdr({ url }, args, { env, input });
  const { code } = await command.ended;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

/** `ktrdr login` with a token on stdin. */
function login(token: string): Promise<End> {
  return ktrdr(['login'], {}, api.url, `${token}\n`);
}

const secrets: Record<string, string> = {};
const tokenFile = () => join(config, 'ktrdr/token');

test('the first token is created without one; stdout gets its secret alone', async () => {
  expect((await ktrdr(['token', 'list'])).stdout).toMatch(/^There are no tokens\. /);
  const { code, stdout, stderr } = await ktrdr(['token', 'create', '--role', 'admin', '--name', 'alice']);
  expect(code).toBe(0);
  secrets['alice'] = stdout.trim();
  expect(secrets['alice']).toMatch(TOKEN_PATTERN);
  expect(stderr).toMatch(
    /^Token alice \(admin, id .*\)\. It is shown only now:\nEvery request now .*: ktrdr login\n$/,
  );
});

test('without a token, a command says how to get one', async () => {
  expect(await ktrdr(['operations', 'list'])).toEqual({
    code: 2,
    stdout: '',
    stderr: `The API at ${api.url} needs an access token. Save yours: ktrdr login. An admin can create one: ktrdr token create\n`,
  });
});

describe('ktrdr login', () => {
  test('warns of an address that is not encrypted before it reads the token', async () => {
    const { code, stderr } = await ktrdr(['login'], {}, 'http://ktrdr.invalid:8000', 'no token\n');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^Warning: http:.* is not encrypted\. .*\nThis is not an access token/),
    ]);
  });

  test('refuses what is not a token of this API, and saves nothing', async () => {
    const unknown = `ktrdr_0123456789ab_${'A'.repeat(43)}`;
    for (const [token, message] of [
      ['', /^There is no token\. /],
      ['hunter2', /^This is not an access token: /],
      [`${secrets['alice']}x`, /^This is not an access token: /],
      [
        unknown,
        /does not accept the access token \(typed\): it is unknown or was revoked\. .*ktrdr login\n$/,
      ],
    ] as const) {
      const { code, stdout, stderr } = await login(token);
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
      expect(stderr).not.toContain(unknown.slice(19));
    }
    await expect(stat(tokenFile())).rejects.toThrow(/ENOENT/);
  });

  test('saves the token, readable for the user alone, and commands use it', async () => {
    expect(await login(secrets['alice']!)).toEqual({
      code: 0,
      stdout: `Logged in to ${api.url} as alice (admin). Saved in ${tokenFile()}.\n`,
      stderr: '',
    });
    expect((await stat(tokenFile())).mode & 0o777).toBe(0o600);
    expect(await readFile(tokenFile(), 'utf8')).toBe(`${api.url} ${secrets['alice']}\n`);
    const listed = await ktrdr(['token', 'list']);
    expect(listed.stdout).toMatch(
      /^ +id +name +role +created +by\n +[0-9a-f]{12} +alice +admin +\S.* +local\n\n +1 token\n$/,
    );
  });

  test('sends the token to no other address', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(302, { location: `${api.url}/operations` }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await ktrdr(['operations', 'list'], {}, `http://127.0.0.1:${port}`);
    server.close();
    expect({ code, seen }).toEqual({ code: 1, seen: [undefined] });
    expect(stderr).toContain('is not the ktrdr API');
  });
});

test('an admin creates tokens; other roles are told which role they lack', async () => {
  for (const [name, role] of [
    ['bob', 'operate'],
    ['carol', 'read'],
  ] as const) {
    const { stdout } = await ktrdr(['token', 'create', '--role', role, '--name', name, '--json']);
    secrets[name] = (JSON.parse(stdout) as CreatedToken).token;
  }
  const refused = await ktrdr(['dummy', 'start', '--iterations', '1'], { KTRDR_TOKEN: secrets['carol']! });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/needs a token with the role operate; the token carol has the role read\./);
  const started = await ktrdr(['dummy', 'start', '--iterations', '1', '--duration', '0.01'], {
    KTRDR_TOKEN: secrets['bob']!,
  });
  expect(started.code).toBe(0);
});

test('KTRDR_TOKEN that is not a token is refused, and not shown', async () => {
  const { code, stderr } = await ktrdr(['operations', 'list'], { KTRDR_TOKEN: 'hunter2' });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^KTRDR_TOKEN is not an access token: /);
  expect(stderr).not.toContain('hunter2');
});

test('a revoked token is refused at once', async () => {
  expect((await ktrdr(['token', 'revoke', 'bob'])).stdout).toMatch(
    /^Token bob \(operate, id .*\) is revoked\.\n$/,
  );
  expect(await ktrdr(['operations', 'list'], { KTRDR_TOKEN: secrets['bob']! })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /does not accept the access token \(KTRDR_TOKEN\): it is unknown or was revoked/,
    ),
  });
  expect(await ktrdr(['token', 'revoke', 'bob'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^There is no token with the id or name "bob"\. List all tokens: ktrdr token list\n$/,
    ),
  });
});

test('ktrdr audit list shows who did what', async () => {
  const { stdout } = await ktrdr(['audit', 'list', '--action', 'start']);
  expect(stdout).toMatch(/^ +time \(UTC\) +caller +action +target +from +outcome\n/);
  expect(stdout).toMatch(/bob +start +op_dummy_\S+ +127\.0\.0\.1 +done\n/);
  expect(stdout).toMatch(/carol +start +POST \/dummy\/start +127\.0\.0\.1 +refused: forbidden\n/);
  const json = await ktrdr(['audit', 'list', '--outcome', 'done', '--limit', '1', '--offset', '1', '--json']);
  expect((JSON.parse(json.stdout) as AuditList).entries).toHaveLength(1);
});

test('a saved token that others can read is not used', async () => {
  await mkdir(join(config, 'open/ktrdr'), { recursive: true });
  const file = join(config, 'open/ktrdr/token');
  await writeFile(file, `${api.url} ${secrets['alice']}\n`);
  // whatever the umask is
  await chmod(file, 0o644);
  const { code, stderr } = await ktrdr(['operations', 'list'], { XDG_CONFIG_HOME: join(config, 'open') });
  expect(code).toBe(2);
  expect(stderr).toMatch(/token is not used: its mode is 0644, so others may have read it\. .*chmod 600 /);
});

test('ktrdr logout removes the token of this API', async () => {
  expect((await ktrdr(['logout'])).stdout).toMatch(
    /^The token for .* is removed from .*\. It is still valid\. To revoke it: ktrdr token revoke NAME\n$/,
  );
  await expect(stat(tokenFile())).rejects.toThrow(/ENOENT/);
  expect((await ktrdr(['logout'])).stdout).toBe(`There is no token for ${api.url}.\n`);
});
