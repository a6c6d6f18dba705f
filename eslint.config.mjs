// The house rules, enforced: who may import whom, what a core may touch, and how large things may grow.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const CORES = ['libs/wire', 'libs/merkle', 'libs/consensus', 'libs/tracker', 'libs/swarm'];
const ROOMS = [
  ...CORES,
  ...['libs/bus', 'libs/store', 'libs/service'],
  ...['apps/election', 'apps/indexer', 'apps/transfer', 'apps/cli'],
  ...['test/sim', 'test/peer', 'test/e2e', 'test/bench', 'test/hostile', 'tools'],
];
const SPECS = ['**/*.spec.ts'];

/** Each outside package and the projects that may import it; every other project is refused. */
const DOORS = {
  zeromq: ['libs/bus', 'test/bench', 'test/hostile'],
  kysely: ['libs/store'],
  'better-sqlite3': ['libs/store'],
  winston: ['libs/service'],
  chokidar: ['apps/indexer'],
  yargs: ['apps/cli'],
  'string-width': ['apps/cli'],
  minisearch: ['test/bench'],
  'any-ascii': ['libs/tracker'],
  ink: ['apps/cli'],
  mime: ['apps/cli'],
  react: ['apps/cli'],
  'prom-client': ['libs/service'],
  '@napi-rs/blake-hash': ['libs/merkle', 'test/bench'],
  'hash-wasm': ['libs/merkle', 'test/bench'],
};

const closedDoors = (room) =>
  Object.entries(DOORS)
    .filter(([, rooms]) => !rooms.includes(room))
    .map(([name, rooms]) => ({ name, message: `Its door is ${rooms.join(', ')}.` }));

const NO_OUTSIDE = {
  group: ['node:*'],
  message: 'A core touches nothing outside: take it as an input.',
};

const roomRules = ROOMS.map((room) => ({
  name: `iwanto/doors of ${room}`,
  files: [`${room}/src/**/*.ts`],
  ignores: SPECS,
  rules: {
    'no-restricted-imports': [
      'error',
      { paths: closedDoors(room), patterns: CORES.includes(room) ? [NO_OUTSIDE] : [] },
    ],
  },
}));

const LAYERS = [
  { sourceTag: 'layer:core', onlyDependOnLibsWithTags: ['layer:core'] },
  { sourceTag: 'layer:edge', onlyDependOnLibsWithTags: ['layer:core', 'layer:edge'] },
  { sourceTag: 'layer:app', onlyDependOnLibsWithTags: ['layer:core', 'layer:edge'] },
  { sourceTag: 'layer:sim', onlyDependOnLibsWithTags: ['layer:core'] },
  { sourceTag: 'layer:peer', onlyDependOnLibsWithTags: ['layer:core'] },
  {
    sourceTag: 'layer:outside',
    onlyDependOnLibsWithTags: ['layer:core', 'layer:edge', 'layer:peer'],
  },
];

/** One way to write it, in every project. */
const ONE_DIALECT = [
  {
    selector: 'PropertyDefinition[accessibility="private"]',
    message: 'A private member is written #name.',
  },
  {
    selector: 'MethodDefinition[accessibility="private"][kind!="constructor"]',
    message: 'A private member is written #name.',
  },
  { selector: 'ImportSpecifier[imported.name="it"]', message: 'A test is written test().' },
  {
    selector: 'CallExpression[callee.name="String"] > Identifier[name=/^(cause|error)$/]',
    message: 'What was thrown is put into words by reasonOf().',
  },
  {
    selector:
      'CallExpression[callee.name="join"][arguments.0.property.name="dataDir"] > :matches(Literal, TemplateLiteral)[value!="home.lock"]',
    message: 'Files of the data directory are named by dataFile(): uninstall must know them.',
  },
];

const CORE_MESSAGE = 'A core has no clock, dice, timer, console or process: take it as an input.';

/** What no core may name: the rule that makes simulation possible. */
const coreRules = {
  name: 'iwanto/cores are sans-IO',
  files: CORES.map((room) => `${room}/src/**/*.ts`),
  ignores: SPECS,
  rules: {
    'no-restricted-globals': [
      'error',
      ...['process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'performance'],
      ...['queueMicrotask', 'fetch', 'crypto'],
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: CORE_MESSAGE },
      { object: 'Math', property: 'random', message: CORE_MESSAGE },
    ],
    'no-restricted-syntax': [
      'error',
      ...ONE_DIALECT,
      { selector: 'NewExpression[callee.name="Date"]', message: CORE_MESSAGE },
      { selector: 'AwaitExpression', message: 'A core never waits.' },
      { selector: 'ForOfStatement[await=true]', message: 'A core never waits.' },
      { selector: 'FunctionDeclaration[async=true]', message: 'A core never waits.' },
      { selector: 'ArrowFunctionExpression[async=true]', message: 'A core never waits.' },
    ],
  },
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'tmp/**',
      '.nx/**',
      '**/*.mjs',
      '**/*.d.mts',
      '**/*.cjs',
      '**/*.js',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    name: 'iwanto/all',
    files: ['**/*.ts'],
    languageOptions: {
      // Lint runs inside one project at a time (`nx run-many -t lint`): its own tsconfig serves.
      parserOptions: { project: './tsconfig.spec.json', tsconfigRootDir: process.cwd() },
    },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: LAYERS },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...ONE_DIALECT],
      'no-console': 'error',
      'prefer-const': 'error',
    },
  },
  {
    name: 'iwanto/sizes',
    files: ['**/*.ts'],
    ignores: SPECS,
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 4],
    },
  },
  {
    name: 'iwanto/entrances are small',
    files: ['apps/{election,indexer,transfer}/src/main.ts'],
    rules: { 'max-lines': ['error', 60] },
  },
  ...roomRules,
  coreRules,
  {
    name: 'iwanto/programs may print',
    files: [
      'apps/cli/src/**/*.ts',
      'tools/src/**/*.ts',
      'test/{sim,e2e,bench,hostile}/src/**/*.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'iwanto/specs',
    files: SPECS,
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
