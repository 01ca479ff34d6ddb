import { availableParallelism } from 'node:os';
import { LONG_TESTS } from './tools/long-tests.mjs';

/** Cases of a property; a nightly run takes more, and longer. */
const propertyRuns = Number(process.env.KTRDR_PROPERTY_RUNS || 100);
/** Set by `tools/jest.mjs` for files that are named, by `npm run test:long` and by the nightly run. */
const leftOut = process.env.KTRDR_LONG_TESTS ? [] : LONG_TESTS;

/** Workspace packages are entered through their built `dist` (build first); a package's own tests import its sources. */
export default {
  testEnvironment: '<rootDir>/tools/jest-environment.mjs',
  roots: [
    '<rootDir>/packages',
    '<rootDir>/apps',
    '<rootDir>/tools',
    '<rootDir>/bench',
    '<rootDir>/chaos',
    '<rootDir>/fuzz',
  ],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', ...leftOut.map((file) => `/${file}$`)],
  extensionsToTreatAsEsm: ['.ts'],
  resolver: '<rootDir>/tools/jest-resolver.mjs',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        sourceMaps: 'inline',
        jsc: {
          target: 'es2022',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  // Machines that do other work are slow. `until` names what is missing after a minute, well before this limit.
  testTimeout: 180_000 * Math.max(1, propertyRuns / 100),
  testSequencer: '<rootDir>/tools/jest-sequencer.mjs',
  // more workers than cores, because tests of services wait half of the time
  maxWorkers: Math.max(5, availableParallelism()),
};
