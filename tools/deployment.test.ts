/** The deployment files without a Docker engine: valid against the schema, and all that they name exists. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Compose {
  services: Record<
    string,
    { build: { context: string; dockerfile: string }; environment: Record<string, string>; volumes: string[] }
  >;
  volumes: Record<string, unknown>;
}
const compose = parse(read('docker-compose.yml')) as Compose;

/** Names that a service's config.ts reads. */
function settings(app: string): string {
  const config = read(`apps/${app}/src/config.ts`);
  // a manager's prefix names two variables
  return config.replaceAll(
    /hostServiceVariables\('([A-Z]+)'\)/g,
    (call, prefix) => `${call} USE_${prefix}_HOST_SERVICE ${prefix}_HOST_SERVICE_URL`,
  );
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

  test('builds from files that exist and sets only variables that the API reads', () => {
    for (const service of Object.values(compose.services)) {
      expect(existsSync(join(ROOT, service.build.context, service.build.dockerfile))).toBe(true);
      for (const name of Object.keys(service.environment)) {
        expect(`${name} ${settings('api').includes(name)}`).toBe(`${name} true`);
      }
    }
  });

  /** `[source, folder in the container, mode]` of every mount, with the defaults of variables. */
  const mounts = compose.services['api']!.volumes.map((volume) =>
    volume.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1').split(':'),
  );

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
    const written = mounts.filter(([, , mode]) => mode !== 'ro').map(([source]) => source);
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

describe('.github/workflows/ci.yml', () => {
  const workflow = parse(read('.github/workflows/ci.yml')) as {
    jobs: {
      test: { strategy: { matrix: { node: number[] } }; steps: { run?: string }[] };
      images: { steps: { run?: string }[] };
    };
  };

  test('runs npm test, through .ci/run, on Node 20, 22 and 24', () => {
    expect(workflow.jobs.test.strategy.matrix.node).toEqual([20, 22, 24]);
    expect(workflow.jobs.test.steps.map(({ run }) => run)).toContain('bash .ci/run');
    expect(read('.ci/run').trimEnd().endsWith('npm test')).toBe(true);
  });

  const commands = workflow.jobs.images.steps.flatMap(({ run }) => run ?? []);

  test('builds the images', () => {
    expect(commands).toContain('docker compose build');
    expect(commands).toContain('docker build -f apps/training-host/Dockerfile .');
  });

  test('writes bars and trains through the container that it has started', () => {
    const order = ['docker compose up', 'npm run build', 'npx ktrdr data sample', 'npx ktrdr models train'];
    const places = order.map((start) => commands.findIndex((command) => command.startsWith(start)));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };
    expect(commands).toContain(`npx --yes ${packageManager} install --frozen-lockfile`);
  });
});
