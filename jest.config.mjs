// One jest set-up for every project: TypeScript through swc, real ES modules, sibling libs from source.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = dirname(fileURLToPath(import.meta.url));

// Where each project's results go, for the total at the end of `npm test`.
mkdirSync(`${workspace}/tmp/jest/@iwanto`, { recursive: true });

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^@iwanto/(wire|merkle|consensus|tracker|swarm|bus|store|service)$': `${workspace}/libs/$1/src/index.ts`,
    '^@iwanto/peer$': `${workspace}/test/peer/src/index.ts`,
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
  testTimeout: 60_000,
  // A fresh process for every file: zeromq's native classes keep the first file's module registry,
  // which is torn down when that file ends.
  workerIdleMemoryLimit: '1KB',
  maxWorkers: 2,
};
