/** The deployment files without a Docker engine: valid against the schema, and all that they name exists. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
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
  environment?: Record<string, string>;
  volumes?: string[];
  networks?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

/** Services that start where these profiles are asked for. */
function started(profile: string): string[] {
  return services.filter(([, { profiles }]) => profiles.includes(profile)).map(([name]) => name);
}

/** The app whose image a service runs; `null` where the image is another's. */
function appOf({ build }: Service): string | null {
  return build === undefined ? null : /^apps\/(.+)\/Dockerfile$/.exec(build.dockerfile)![1]!;
}

/** Names that a service's config.ts reads, and those that both services read. */
function settings(app: string): string {
  const config = read(`apps/${app}/src/config.ts`) + read('packages/service-kit/src/listen-settings.ts');
  // a manager's prefix names two variables
  return config.replaceAll(
    /hostServiceVariables\('([A-Z]+)'\)/g,
    (call, prefix) => `${call} USE_${prefix}_HOST_SERVICE ${prefix}_HOST_SERVICE_URL`,
  );
}

/** A text of the compose file, with the defaults of variables. */
function withDefaults(text: string): string {
  return text.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1');
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

  test('waits only for services of the same profile, until these are healthy', () => {
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

  test('is reached from this machine alone, at one port in either profile', () => {
    const published = services.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['api', 'gateway']);
    for (const [, { ports }] of published) expect(ports).toEqual(['127.0.0.1:${PORT:-8000}:8000']);
  });

  test('keeps databases in a network with no way in or out, where every address names a service', () => {
    expect(compose.networks).toEqual({ stores: { internal: true } });
    for (const name of ['postgres', 'redis']) expect(compose.services[name]!.networks).toEqual(['stores']);
    for (const [name, { environment = {}, networks = ['default'] }] of services) {
      for (const address of Object.values(environment).filter((value) => value.includes('://'))) {
        const { hostname } = new URL(withDefaults(address));
        if (hostname === 'host.docker.internal') continue;
        const shared = (compose.services[hostname]?.networks ?? ['default']).filter((network) =>
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

  test('gives replicas of an API the same folders as the one that is alone', () => {
    expect(mountsOf(compose.services['replica']!)).toEqual(mounts);
  });

  test('mounts into folders that the image makes for the user who runs it', () => {
    const dockerfile = read('apps/api/Dockerfile');
    const made = /mkdir -p ([\w ]+) && chown -R node:node \/ktrdr\nUSER node\n/
      .exec(dockerfile)![1]!
      .split(' ');
    for (const [source = '', target = '', mode] of mounts) {
      expect(dockerfile).toContain(`=${target}`);
      if (mode !== 'ro') expect(made.map((name) => `/ktrdr/${name}`)).toContain(target);
      else expect(existsSync(join(ROOT, source))).toBe(true);
    }
  });

  test('what is written goes into declared volumes: a folder of the clone may be another user’s, or made by root', () => {
    const all = services.flatMap(([, service]) => mountsOf(service));
    const written = all.filter(([, , mode]) => mode !== 'ro').map(([source]) => source);
    expect(new Set(written)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  test('docs/docker.md names every mount and every variable for people', () => {
    const page = read('docs/docker.md');
    for (const [, target] of mounts) expect(page).toContain(`\`${target}\``);
    const variables = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!);
    const told = page + read('README.md');
    expect(variables.filter((name) => !told.includes(name))).toEqual([]);
  });
});

describe.each(['api', 'training-host'])('apps/%s/Dockerfile', (app) => {
  const instructions = read(`apps/${app}/Dockerfile`)
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));

  test('copies only what exists, and no dependency is fetched but by the lock file', () => {
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

  test('is multi-stage, runs as another user than root and checks its health', () => {
    expect(instructions.filter((line) => line.startsWith('FROM '))).toHaveLength(2);
    expect(instructions).toContain('USER node');
    expect(instructions.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });

  test('starts the file that the build makes, with settings that the service reads', () => {
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
