/** Checks the deployment files without a Docker engine: they are valid, and the files and settings that they name exist. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  profiles: string[];
  image?: string;
  build?: { context: string; dockerfile: string };
  ports?: string[];
  env_file?: { path: string; required: boolean }[];
  /** `null` if Compose takes the value from the environment. */
  environment?: Record<string, string | null>;
  command?: string[];
  deploy?: { replicas: string };
  logging?: unknown;
  volumes?: string[];
  networks?: string[] | Record<string, { ipv4_address: string }>;
  cap_add?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
}
interface Compose {
  name: string;
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

/** Services that start with this profile. */
function started(profile: string): string[] {
  return services.filter(([, { profiles }]) => profiles.includes(profile)).map(([name]) => name);
}

function networksOf({ networks = ['default'] }: Service): string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

/** The app whose image a service runs; `null` for a third-party image. */
function appOf({ build }: Service): string | null {
  return build === undefined ? null : /^apps\/(.+)\/Dockerfile$/.exec(build.dockerfile)![1]!;
}

/** Source text that reads the settings of an app: its config.ts and the settings that both services share. */
function settings(app: string): string {
  const shared = [
    'listen-settings.ts',
    'limits/limit-settings.ts',
    'tls/certificate.ts',
    'signing/host-secret.ts',
  ];
  const files = [`apps/${app}/src/config.ts`, ...shared.map((file) => `packages/service-kit/src/${file}`)];
  const config = files.map(read).join('');
  // the prefix of a host service stands for two variables
  return config.replaceAll(
    /hostServiceVariables\('([A-Z]+)'\)/g,
    (call, prefix) => `${call} USE_${prefix}_HOST_SERVICE ${prefix}_HOST_SERVICE_URL`,
  );
}

/** Replaces variables in a text of the compose file with their defaults, which may contain variables themselves. */
function withDefaults(text: string): string {
  const filled = text.replaceAll(/\$\{[A-Z_]+:-([^{}]*)\}/g, '$1');
  return filled === text ? text : withDefaults(filled);
}

/** Folder of one of the trainer's packages. */
function packageFolder(name: string): string {
  return dirname(createRequire(join(ROOT, 'packages/trainer/package.json')).resolve(`${name}/package.json`));
}

/** Settings that an image fixes: its folders and its listening address. */
const IN_IMAGE = ['HOST', 'PORT', 'DATA_DIR', 'MODELS_DIR', 'STRATEGIES_DIR', 'STATE_DIR'];

/** Settings of an app that users may set for a container. */
function settable(app: string): string[] {
  const named = [...settings(app).matchAll(/read\.\w+\('([A-Z_]+)'/g)].map(([, name]) => name!);
  const ofHosts = [...settings(app).matchAll(/\b(USE_[A-Z]+_HOST_SERVICE|[A-Z]+_HOST_SERVICE_URL)\b/g)];
  const all = [...named, ...ofHosts.map(([name]) => name)];
  return [...new Set(all)].filter((name) => !IN_IMAGE.includes(name));
}

function composeErrors(document: unknown): unknown {
  const packageJson = createRequire(import.meta.url).resolve('dclint/package.json');
  const schemaFile = join(packageJson, '../schemas/compose.schema.json');
  const { $schema: _draft, ...schema } = JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<
    string,
    unknown
  >;
  const validate = new Ajv({ strict: false, logger: false }).compile(schema);
  return validate(document) ? [] : validate.errors;
}

describe('docker-compose.yml', () => {
  test('is valid against the compose schema, which finds a planted mistake', () => {
    expect(composeErrors(compose)).toEqual([]);
    const broken = structuredClone(compose) as unknown as { services: { api: Record<string, unknown> } };
    broken.services.api['portz'] = ['8000'];
    expect(composeErrors(broken)).not.toEqual([]);
  });

  test('starts one API by default, and replicas, databases and hosts in the profile scale', () => {
    expect(started('default')).toEqual(['api']);
    expect(started('scale')).toEqual(['gateway', 'replica', 'host', 'postgres', 'redis']);
    expect(services.every(([, { profiles }]) => profiles.length === 1)).toBe(true);
    expect(read('.env')).toMatch(/^COMPOSE_PROFILES=default$/m);
  });

  test('builds from files that exist and sets only variables that the service reads', () => {
    for (const [name, service] of services) {
      const app = appOf(service);
      if (app === null) continue;
      expect(existsSync(join(ROOT, service.build!.context, service.build!.dockerfile))).toBe(true);
      const unknown = Object.keys(service.environment!).filter(
        (variable) => !settings(app).includes(variable),
      );
      expect({ name, unknown }).toEqual({ name, unknown: [] });
    }
  });

  test('passes every setting that a service reads from the environment or .env', () => {
    const fixed: Record<string, string[]> = {
      // comes from .env.secrets
      api: ['TRAINING_HOST_SECRET', 'GATEWAY_ADDRESS'],
      // with a queue the API sends no trainings to a host; only the gateway is trusted
      replica: [
        'USE_TRAINING_HOST_SERVICE',
        'TRAINING_HOST_SERVICE_URL',
        'TRAINING_HOST_POLL_MS',
        'TRAINING_HOST_SECRET',
        'GATEWAY_ADDRESS',
      ],
      // KTRDR_API_URL is the CLI's address of the API, not the host's; with a queue, trainings always wait, and nobody calls the host
      host: [
        'KTRDR_API_URL',
        'TRAINING_SESSION_WAIT',
        'TRAINING_HOST_SECRET',
        'PUBLISH_ADDRESS',
        'TRUSTED_PROXIES',
        'GATEWAY_ADDRESS',
        'CORS_ORIGINS',
        'RATE_LIMIT_READS',
        'RATE_LIMIT_CHANGES',
        'MAX_CONNECTIONS',
      ],
    };
    // the images contain no certificates: a proxy speaks TLS for them
    for (const left of Object.values(fixed)) left.push('TLS_CERT_FILE', 'TLS_KEY_FILE');
    for (const [name, left] of Object.entries(fixed)) {
      const service = compose.services[name]!;
      const given = Object.entries(service.environment!)
        .filter(([variable, value]) => value === null || value.includes(`\${${variable}:-`))
        .map(([variable]) => variable);
      const wanted = settable(appOf(service)!).filter((variable) => !left.includes(variable));
      expect({ name, given: given.toSorted() }).toEqual({ name, given: wanted.toSorted() });
    }
  });

  test('runs every container without rights, on a read-only root', () => {
    for (const [name, service] of services) {
      expect({ name, ...service }).toMatchObject({
        name,
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges=true'],
        tmpfs: expect.arrayContaining(['/tmp']),
      });
    }
    const added = services.filter(([, { cap_add }]) => cap_add !== undefined).map(([name]) => name);
    expect(added).toEqual(['gateway', 'postgres', 'redis']);
  });

  test('lets replicas trust only the gateway, whose address no other container gets', () => {
    const { networks } = compose.services['gateway']!;
    const { ipv4_address } = (networks as Record<string, { ipv4_address: string }>)['replicas']!;
    expect(compose.services['replica']!.environment!['GATEWAY_ADDRESS']).toBe(ipv4_address);
    const { ipam } = compose.networks['replicas'] as {
      ipam: { config: [{ subnet: string; ip_range: string }] };
    };
    // GATEWAY_NETWORK moves all three
    const of = (text: string): string => text.replace('${GATEWAY_NETWORK:-10.213.77}', '192.168.77');
    const [address, subnet, ip_range] = [ipv4_address, ipam.config[0].subnet, ipam.config[0].ip_range].map(
      of,
    ) as [string, string, string];
    const inside = (network: string): boolean => {
      const [base = '', bits] = network.split('/');
      const list = new BlockList();
      list.addSubnet(base, Number(bits));
      return list.check(address);
    };
    expect([inside(subnet), inside(ip_range)]).toEqual([true, false]);
    // hosts of the queue call the gateway from another network, and the profile default needs no fixed addresses
    const members = services.filter(([, service]) => networksOf(service).includes('replicas'));
    expect(members.map(([name]) => name)).toEqual(['gateway', 'replica']);
  });

  test('gives the API the secret of .env.secrets, if the file exists', () => {
    const reading = services.filter(([, { env_file }]) => env_file !== undefined);
    expect(reading.map(([name, { env_file }]) => [name, env_file])).toEqual([
      ['api', [{ path: '.env.secrets', required: false }]],
    ]);
    // a value in `environment`, even an empty one, would count before the file
    expect(Object.keys(compose.services['api']!.environment!)).not.toContain('TRAINING_HOST_SECRET');
  });

  test('keeps at most 30 MB of each container’s log', () => {
    for (const [, { logging }] of services) {
      expect(logging).toEqual({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } });
    }
  });

  test('protects PostgreSQL and Redis with passwords, because the machine itself can reach them', () => {
    const { postgres, redis, replica, host } = compose.services as Record<string, Service>;
    const password = '${REDIS_PASSWORD:-${POSTGRES_PASSWORD:-ktrdr}}';
    // every user of the machine can see command lines
    for (const { command } of [postgres!, redis!]) expect(String(command)).not.toMatch(/PASSWORD/);
    expect(redis!.command!.at(-1)).toMatch(
      /exec .*redis-server - .*<<END\nrequirepass \$\$REDISCLI_AUTH\nEND\n$/,
    );
    expect(redis!.environment).toEqual({ REDISCLI_AUTH: password });
    const queue = `\${TRAINING_QUEUE_URL:-redis://default:${password}@redis:6379}`;
    for (const { environment } of [replica!, host!]) expect(environment!['TRAINING_QUEUE_URL']).toBe(queue);
    expect(replica!.environment!['POSTGRES_PASSWORD']).toBe(postgres!.environment!['POSTGRES_PASSWORD']);
  });

  test('has a gateway that knows every replica, checks its health and repeats only GET requests', () => {
    const { command, environment, volumes } = compose.services['gateway']!;
    expect(environment).toEqual({
      PROJECT: `\${COMPOSE_PROJECT_NAME:-${compose.name}}`,
      API_REPLICAS: compose.services['replica']!.deploy!.replicas,
    });
    const script = command!
      .at(-1)!
      .replaceAll('$$', '$')
      .replace(/exec .*/, 'printf %s "$UPSTREAMS"');
    const env = { PATH: process.env['PATH'], PROJECT: 'p', API_REPLICAS: '3' };
    expect(execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).trim().split(' ')).toEqual([
      'p-replica-1:8000',
      'p-replica-2:8000',
      'p-replica-3:8000',
    ]);
    expect(volumes).toEqual(['./docker/Caddyfile:/etc/caddy/Caddyfile:ro']);
    const caddyfile = read('docker/Caddyfile');
    for (const option of ['lb_try_duration', 'health_uri /live', 'fail_duration', 'response_header_timeout'])
      expect(caddyfile).toContain(option);
    // by default Caddy repeats only GET
    expect(caddyfile).not.toContain('lb_retry_match');
    // responses that may take long or be large have no time limit
    expect(caddyfile.match(/response_header_timeout/g)).toHaveLength(1);
    expect(caddyfile).toContain('reverse_proxy @get');
  });

  test('makes services wait only for services of the same profile, until they are healthy', () => {
    for (const [name, { profiles, depends_on: others = {} }] of services) {
      for (const [other, { condition }] of Object.entries(others)) {
        expect({ name, other, profiles: compose.services[other]?.profiles, condition }).toEqual({
          name,
          other,
          profiles,
          condition: 'service_healthy',
        });
        const { healthcheck } = compose.services[other]!;
        const app = appOf(compose.services[other]!);
        const checks = healthcheck !== undefined || read(`apps/${app}/Dockerfile`).includes('\nHEALTHCHECK ');
        expect({ other, checks }).toEqual({ other, checks: true });
      }
    }
  });

  test('publishes one port in each profile, on loopback unless PUBLISH_ADDRESS says otherwise', () => {
    const published = services.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['api', 'gateway']);
    for (const [, { ports }] of published)
      expect(ports).toEqual(['${PUBLISH_ADDRESS:-127.0.0.1}:${PORT:-8000}:8000']);
  });

  test('tells each of our services the address that the port is published on', () => {
    for (const [name, service] of services) {
      // nobody calls a host of the queue: it listens on its own loopback
      if (appOf(service) === null || service.environment?.['HOST'] === '127.0.0.1') continue;
      const told = service.environment?.['PUBLISH_ADDRESS'];
      expect({ name, told }).toEqual({ name, told: '${PUBLISH_ADDRESS:-127.0.0.1}' });
    }
  });

  test('keeps the databases in an internal network and names an existing, reachable service in every address', () => {
    expect(compose.networks).toMatchObject({ stores: { internal: true } });
    for (const name of ['postgres', 'redis']) expect(compose.services[name]!.networks).toEqual(['stores']);
    for (const [name, service] of services) {
      const { environment = {} } = service;
      const values = Object.values(environment).map((value) => withDefaults(value ?? ''));
      for (const address of values.filter((value) => value.includes('://'))) {
        const { hostname } = new URL(address);
        if (hostname === 'host.docker.internal') continue;
        const networks = networksOf(service);
        const shared = networksOf(compose.services[hostname]!).filter((network) =>
          networks.includes(network),
        );
        expect({ name, hostname, reached: shared.length > 0 && hostname in compose.services }).toEqual({
          name,
          hostname,
          reached: true,
        });
      }
    }
  });

  /** `[source, folder in the container, mode]` of every mount, with the defaults of variables. */
  const mountsOf = ({ volumes = [] }: Service) => volumes.map((volume) => withDefaults(volume).split(':'));
  const mounts = mountsOf(compose.services['api']!);

  test('gives replicas the same folders as the single API', () => {
    expect(mountsOf(compose.services['replica']!)).toEqual(mounts);
  });

  test('mounts volumes on folders that the image creates for its user', () => {
    const dockerfile = read('apps/api/Dockerfile');
    const made = /mkdir ([\w ]+) && chown node:node \1\n/.exec(dockerfile)![1]!.split(' ');
    for (const [source = '', target = '', mode] of mounts) {
      expect(dockerfile).toContain(`=${target}`);
      if (mode !== 'ro') expect(made.map((name) => `/ktrdr/${name}`)).toContain(target);
      else expect(existsSync(join(ROOT, source))).toBe(true);
    }
  });

  // a folder of the clone may belong to another user or to root
  test('services write only to declared volumes', () => {
    const all = services.flatMap(([, service]) => mountsOf(service));
    const written = all.filter(([, , mode]) => mode !== 'ro').map(([source]) => source);
    expect(new Set(written)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  test('docs/docker.md names every mount and every variable that a user can set', () => {
    const page = read('docs/docker.md');
    for (const [, target] of mounts) expect(page).toContain(`\`${target}\``);
    const named = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!);
    const variables = [
      ...named,
      ...services.flatMap(([, { environment = {} }]) => Object.keys(environment)),
    ].filter(
      // internal variables of the images
      (name) => !['PROJECT', 'POSTGRES_USER', 'POSTGRES_DB', 'REDISCLI_AUTH'].includes(name),
    );
    const told = page + read('docs/settings.md');
    expect(variables.filter((name) => !told.includes(name))).toEqual([]);
  });
});

describe.each(['api', 'training-host'])('apps/%s/Dockerfile', (app) => {
  const instructions = read(`apps/${app}/Dockerfile`)
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));

  test('copies only existing files and installs only what the lock file names', () => {
    const copies = instructions.filter((line) => line.startsWith('COPY ') && !line.includes('--from='));
    const sources = copies.flatMap((line) =>
      line
        .split(/\s+/)
        .slice(1, -1)
        .filter((word) => !word.startsWith('--')),
    );
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
    expect(instructions.join('\n')).toContain('--frozen-lockfile');
  });

  test('copies every tool that the builds run', () => {
    const built = [app, ...(app === 'api' ? ['web'] : [])].map((name) => `apps/${name}`);
    const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`);
    const used = new Set<string>();
    const look = (text: string, before: string): void => {
      for (const [, tool = ''] of text.matchAll(new RegExp(`${before}([\\w-]+\\.mjs)`, 'g'))) {
        if (used.has(tool)) continue;
        used.add(tool);
        look(read(`tools/${tool}`), String.raw`(?:from '\./|new URL\(')`);
      }
    };
    for (const folder of [...built, ...packages]) {
      const { scripts } = JSON.parse(read(`${folder}/package.json`)) as { scripts: { build: string } };
      const programs = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.mjs'));
      for (const text of [scripts.build, ...programs.map((name) => read(`${folder}/${name}`))])
        look(text, String.raw`\.\./tools/`);
    }
    const copied = [...instructions.join(' ').matchAll(/ tools\/([\w-]+\.mjs)/g)].map(([, name]) => name!);
    expect(copied.toSorted()).toEqual([...used].toSorted());
  });

  test('fetches packages before it copies sources, so that a source change installs offline', () => {
    const at = (start: string): number => instructions.findIndex((line) => line.startsWith(start));
    const fetched = at('RUN npx --yes pnpm@');
    expect(instructions[fetched]).toMatch(/ fetch$/);
    const before = instructions.slice(0, fetched).filter((line) => line.startsWith('COPY '));
    expect(before).toEqual(['COPY pnpm-lock.yaml pnpm-workspace.yaml ./']);
    const installing = instructions.slice(fetched + 1).find((line) => line.includes(' install '))!;
    expect(installing).toContain('install --offline --frozen-lockfile');
    expect(installing).toContain('deploy --offline --prod');
  });

  test('removes native libraries of other platforms', () => {
    const step = instructions
      .find((line) => line.includes('onnxruntime-node/bin'))!
      .replace(/^RUN cd \S+ +&&/, '');
    const folder = mkdtempSync(join(tmpdir(), 'ktrdr-native-'));
    try {
      const mine = `${process.platform}/${process.arch}`;
      for (const name of [mine, 'linux/other', 'darwin/arm64x', 'win32/x64y'])
        mkdirSync(join(folder, name), { recursive: true });
      execFileSync('sh', ['-c', step], { cwd: folder });
      const left = readdirSync(folder, { recursive: true, withFileTypes: true });
      const folders = left.filter((entry) => entry.parentPath !== folder);
      expect(folders.map((entry) => join(entry.parentPath, entry.name))).toEqual([join(folder, mine)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const version = packageFolder('onnxruntime-node');
    expect(readdirSync(join(version, 'bin')).filter((name) => /^napi-v\d+$/.test(name))).toHaveLength(1);
    expect(
      existsSync(join(version, 'bin', readdirSync(join(version, 'bin'))[0]!, process.platform, process.arch)),
    ).toBe(true);
  });

  test('leaves the code owned by root, so that the user can write only to the volumes', () => {
    expect(instructions.filter((line) => /--chown|chown -R/.test(line))).toEqual([]);
    const volumes = instructions
      .find((line) => line.startsWith('VOLUME '))!
      .split(' ')
      .slice(1);
    const owned = /chown node:node ([\w ]+)$/.exec(
      instructions.find((line) => line.includes('chown '))!,
    )![1]!;
    expect(owned.split(' ').map((name) => `/ktrdr/${name}`)).toEqual(volumes);
    expect(instructions.indexOf('USER node')).toBeGreaterThan(
      instructions.findIndex((line) => line.includes('chown ')),
    );
  });

  test('uses Node 24 for both stages', () => {
    const images = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(images).toEqual(['node:24-bookworm-slim', 'node:24-bookworm-slim']);
  });

  test('has two stages, does not run as root and has a health check', () => {
    expect(instructions.filter((line) => line.startsWith('FROM '))).toHaveLength(2);
    expect(instructions).toContain('USER node');
    expect(instructions.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });

  test('starts the built file and sets only variables that the service reads', () => {
    expect(instructions.at(-1)).toBe('CMD ["node", "/app/dist/main.js"]');
    expect(existsSync(join(ROOT, 'apps', app, 'src/main.ts'))).toBe(true);
    const variables = [...instructions.join(' ').matchAll(/\b([A-Z]+(?:_[A-Z]+)*)=/g)].map(
      ([, name]) => name!,
    );
    const unknown = variables.filter((name) => name !== 'NODE_ENV' && !settings(app).includes(name));
    expect(unknown).toEqual([]);
  });

  test('installs with the pnpm that package.json names', () => {
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };
    const used = [...instructions.join(' ').matchAll(/pnpm@[0-9.]+/g)].map(([name]) => name);
    expect(new Set(used)).toEqual(new Set([packageManager]));
    // turbo looks for the pnpm binary, which only a command under pnpm has on its path
    expect(instructions.join(' ')).toContain(`npx --yes ${packageManager} exec turbo run build`);
  });
});
