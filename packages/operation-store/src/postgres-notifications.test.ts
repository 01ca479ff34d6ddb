import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOperation } from '@ktrdr/orchestrator';
import pg from 'pg';
import { openOperationStore, type OpenOperationStore } from './open-operation-store.js';
import { openPostgresDatabase } from './postgres-database.js';
import { PostgresNotifications } from './postgres-notifications.js';
import { SqlOperationStore } from './sql-operation-store.js';
import { PostgresServer } from './testing/index.js';

const AT = '2026-01-05T10:00:00.000Z';
const LEASE = { owner: 'one', ms: 60_000 };

let server: PostgresServer;
let url: string;
beforeAll(async () => {
  server = await PostgresServer.start();
  url = await server.createDatabase();
});
afterAll(() => server?.stop());

const open = () => openOperationStore({ url, stateDir: tmpdir() });

async function create(store: OpenOperationStore, id: string): Promise<void> {
  const metadata = {
    parameters: {},
  };
  const operation = newOperation({ id, type: 'dummy', metadata, createdAt: AT });
  await store.create({ operation, request: null, lease: LEASE });
}

/** Waits at most ten seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !holds(); turn++) await sleep(10);
  expect(holds()).toBe(true);
}

test('every store is notified once of each write by any process, but not of renewed leases', async () => {
  const stores = await Promise.all([open(), open()]);
  const [one, two] = stores as [OpenOperationStore, OpenOperationStore];
  const told: string[][] = [[], []];
  stores.forEach((store, index) => store.onWrite((id) => told[index]?.push(id ?? 'missed')));
  await create(one, 'op_1');
  await one.renew(LEASE, new Map([['op_1', 1]]));
  await one.transition('op_1', 1, ['pending'], { to: 'running', at: AT });
  await create(two, 'op_2');
  await until(() => told.every((ids) => ids.includes('op_2')));
  await create(one, 'op_last');
  await until(() => told.every((ids) => ids.includes('op_last')));
  for (const ids of told) expect([...ids].sort()).toEqual(['op_1', 'op_1', 'op_2', 'op_last']);
  for (const store of stores) await store.close();
});

test('a store receives notifications again after a restart of the server', async () => {
  const [one, two] = [await open(), await open()];
  const told: string[] = [];
  two.onWrite((id) => told.push(id ?? 'missed'));
  await server.restart(() => sleep(300));
  const heard = (): boolean => told.some((id) => id !== 'missed');
  for (let number = 0; !heard() && number < 200; number++) {
    await create(one, `op_again_${number}`).catch((error: unknown) =>
      expect(error).toMatchObject({ code: 'store_unavailable' }),
    );
    await sleep(50);
  }
  // first of all it says that some may have been lost
  expect([told[0], heard()]).toEqual(['missed', true]);
  await one.close();
  await two.close();
});

test('what was missed is said before the first notification, even if that arrives while the connection is being set up', async () => {
  let go = () => {};
  const gone = new Promise<void>((resolve) => (go = resolve));
  const clients: pg.Client[] = [];
  const connect = (): pg.Client => {
    const client = new pg.Client(url);
    if (clients.push(client) > 1) afterListen(client, gone);
    return client;
  };
  const hearer = new PostgresNotifications({ connect, responseTimeoutMs: 5_000 });
  const teller = new PostgresNotifications({ connect: () => new pg.Client(url), responseTimeoutMs: 5_000 });
  const told: string[] = [];
  hearer.hear((id) => told.push(id ?? 'missed'));
  await hearer.start();
  await teller.start();
  await clients[0]?.end();
  for (let number = 0; told.length === 0 && number < 200; number++) {
    teller.tell('op_early');
    await sleep(50);
  }
  expect(told.slice(0, 2)).toEqual(['missed', 'op_early']);
  go();
  teller.tell('op_late');
  await until(() => told.includes('op_late'));
  expect(told.filter((id) => id === 'missed')).toHaveLength(1);
  await hearer.stop();
  await teller.stop();
});

test.each([
  ['at once', 0],
  ['after a longer pause than the response time', 900],
])(
  'a connection that is silent %s is closed, and reopened when the server is back',
  async (_when, pauseMs) => {
    const link = await Link.to(server.port);
    const address = new URL(url);
    address.port = String(link.port);
    const store = new SqlOperationStore(await openPostgresDatabase(address.href, { responseTimeoutMs: 300 }));
    const id = `op_before_${pauseMs}`;
    await create(store, id);
    expect((await store.get(id))?.operation.status).toBe('pending');
    await sleep(pauseMs);
    link.forget();
    const noAnswer = {
      code: 'store_unavailable',
      message: expect.stringContaining('no answer within 300 ms'),
    };
    await Promise.all([
      expect(store.get(id)).rejects.toMatchObject(noAnswer),
      expect(create(store, `op_silent_${pauseMs}`)).rejects.toMatchObject(noAnswer),
    ]);
    expect((await store.get(id))?.operation.status).toBe('pending');
    // the other connections for writes are silent too: they are closed with the first
    for (const number of [1, 2, 3]) await create(store, `op_after_${pauseMs}_${number}`);
    await store.close();
    await link.close();
  },
);

/** Lets `client.query('listen …')` return only after `gone`. */
function afterListen(client: pg.Client, gone: Promise<void>): void {
  const query = client.query.bind(client);
  const slow = async (text: string) => {
    const result = await query(text);
    if (text.startsWith('listen')) await gone;
    return result;
  };
  Object.assign(client, { query: slow });
}

/** A TCP link to a local port that can silently drop all data of its open connections. */
class Link {
  private readonly lost = new Set<Socket>();
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((from) => {
    const to = connect(this.target, '127.0.0.1');
    for (const [source, sink] of [
      [from, to],
      [to, from],
    ] as const) {
      this.sockets.add(source);
      source.on('data', (chunk) => void (this.lost.has(source) || sink.write(chunk)));
      source.on('error', () => {});
      source.on('close', () => void sink.destroy());
    }
  });

  private constructor(private readonly target: number) {}

  static async to(port: number): Promise<Link> {
    const link = new Link(port);
    link.server.listen(0, '127.0.0.1');
    await once(link.server, 'listening');
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A router has forgotten all connections. New ones work. */
  forget(): void {
    for (const socket of this.sockets) this.lost.add(socket);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
