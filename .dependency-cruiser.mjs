/**
 * "Direction of imports", as rules. `allowed` lists the permitted imports, one line a package or app;
 * everything else in the workspace is forbidden. (Rule 7, settings, time and randomness, is oxlint's.)
 */
const allowed = {
  'packages/contracts': [],
  'packages/orchestrator': ['contracts'],
  'packages/files': ['contracts'],
  // starts a program in a separate process, and is the program's side of it
  'packages/programs': ['contracts'],
  'packages/market-data': ['contracts', 'files'],
  'packages/data-import': ['contracts', 'files', 'market-data', 'programs'],
  'packages/outbound': ['contracts'],
  'packages/data-download': ['contracts', 'data-import', 'market-data', 'outbound'],
  'packages/strategy': ['contracts', 'market-data'],
  'packages/statistics': [],
  // gets decisions as arrays and knows no model
  'packages/backtest': ['contracts', 'market-data', 'statistics', 'strategy'],
  'packages/trainer': ['backtest', 'contracts', 'files', 'market-data', 'programs', 'statistics', 'strategy'],
  'packages/service-kit': ['contracts', 'orchestrator'],
  'packages/operation-store': ['contracts', 'orchestrator'],
  'packages/job-queue': ['contracts', 'orchestrator'],
  // the one package that joins trainer and orchestrator, for both services
  'packages/training-operation': ['contracts', 'market-data', 'orchestrator', 'strategy', 'trainer'],
  'apps/cli': ['contracts'],
  'apps/web': ['contracts'],
};

const nestAllowedIn = '^(apps/(api|training-host)|packages/service-kit)/';

const directions = Object.entries(allowed).map(([from, packages]) => ({
  name: `only-its-packages: ${from}`,
  comment: `${from} may import ${packages.length === 0 ? 'no package of the workspace' : packages.join(', ')}`,
  severity: 'error',
  // end-to-end tests start services through service-kit
  from: { path: `^${from}/`, pathNot: ['^packages/job-queue/test/', '^apps/(cli|web)/test/'] },
  to: {
    path: '^packages/',
    pathNot: [`^${from}/`, ...packages.map((name) => `^packages/${name}/`)],
  },
}));

/** The folders of the trainer's sources, the lowest first: a file imports files of its own folder and of those before it. */
const trainerRooms = [
  'files',
  'network',
  'data',
  'engines',
  'loop',
  'checkpoints',
  'members',
  'evaluation',
  'analytics',
  'models',
  'run',
  'process',
  'engine-choice',
  'prediction',
];

const trainer = '^packages/trainer/src/';
/** `index.ts` is the entrance; tests and what they share may import anything. */
const aboveTheRooms = [`${trainer}(index\\.ts$|testing/)`, '\\.test\\.ts$'];

const trainerOrder = [
  ...trainerRooms.map((room, index) => ({
    name: `only-lower-rooms: packages/trainer/${room}`,
    comment: `the order of the rooms is ${trainerRooms.join(', ')}; move what is shared to a lower one`,
    severity: 'error',
    from: { path: `${trainer}${room}/`, pathNot: aboveTheRooms },
    to: { path: trainer, pathNot: `${trainer}(${trainerRooms.slice(0, index + 1).join('|')})/` },
  })),
  {
    name: 'every-file-in-a-room: packages/trainer',
    comment: 'a new room takes its place in `trainerRooms` in .dependency-cruiser.mjs',
    severity: 'error',
    from: { path: trainer },
    to: { path: trainer, pathNot: [`${trainer}(${trainerRooms.join('|')})/`, ...aboveTheRooms] },
  },
];

export default {
  forbidden: [
    ...directions,
    ...trainerOrder,
    {
      name: 'no-app-from-package',
      comment: 'no package imports an app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-app-from-app',
      comment: 'apps talk HTTP, they do not import each other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'bench-imports-packages-only',
      comment: 'a benchmark measures packages, chaos starts services as processes',
      severity: 'error',
      from: { path: '^(bench|chaos|fuzz)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-bench-import',
      comment: 'nothing is built on a benchmark or on chaos',
      severity: 'error',
      from: { path: '^(apps|packages)/' },
      to: { path: '^(bench|chaos|fuzz)/' },
    },
    {
      name: 'operation-store-only-in-the-api',
      comment: 'only apps/api and bench open the durable store',
      severity: 'error',
      from: {
        path: '^(apps|packages)/',
        pathNot: '^(apps/api|packages/operation-store|packages/job-queue/test)/',
      },
      to: { path: '^packages/operation-store/' },
    },
    {
      name: 'nest-only-in-services',
      comment:
        '@nestjs/* only in apps/api, apps/training-host, packages/service-kit and the bare routes of the benchmark',
      severity: 'error',
      from: { path: '^(apps|packages|bench|chaos|fuzz)/', pathNot: [nestAllowedIn, '^bench/src/api/'] },
      to: { path: '@nestjs/' },
    },
    {
      name: 'no-deep-import',
      comment: 'a package is entered through its index.ts or a declared subpath',
      severity: 'error',
      from: { path: '^(apps|packages|bench|chaos|fuzz)/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/',
        pathNot: ['^$1/$2/', '^packages/[^/]+/src/((testing|messages)/)?index\\.ts$'],
      },
    },
    {
      name: 'no-cycle',
      comment: 'no cycles, not even of types',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'every import must lead somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '(^|/)dist/'] },
    // A bin file imports what the build makes.
    exclude: { path: '(^|/)(dist|bin)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.d.ts'],
      // the build of contracts makes a module that has only a declaration in the sources
      extensionAlias: { '.js': ['.ts', '.tsx', '.js', '.d.ts'] },
    },
  },
};
