/** Bundles the command and the services: the same paths as in the workspace, each program in as few files as it needs. */
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, type Metafile, type Plugin, build } from 'esbuild';

/** Packages with native parts: installed as they are, so that each picks the binary that fits the machine. */
export const NATIVE = ['zeromq', 'better-sqlite3', '@napi-rs/blake-hash', 'msgpackr-extract'];

/** Services, what starts them again, and the thread that hashes; one file each, so that an upgrade takes nothing from under a running one. */
const PROGRAMS = [
  'apps/cli/dist/supervisor.js',
  'apps/election/dist/main.js',
  'apps/indexer/dist/main.js',
  'apps/indexer/dist/hashing/hash-file.js',
  'apps/transfer/dist/main.js',
];

const COMMAND_FILE = 'apps/cli/dist/main.cjs';

/** The live screen has a file of its own: its packages wait with `await` while they load, which CommonJS cannot. */
const SCREEN = 'apps/cli/dist/top/screen.js';

/**
 * The command is CommonJS in one file: Node.js takes 1 ms and more to find and link each module of another kind, and
 * only a script's compiled code can be kept after it ran (`apps/cli/bin/compiled.js`). Only what a command uses is
 * evaluated.
 */
const COMMAND = {
  format: 'cjs',
  define: { 'process.env.NODE_ENV': '"production"', 'import.meta.url': 'urlOfThis' },
  // A script whose code is kept has no `import`; packages with native parts can be required as well.
  supported: { 'dynamic-import': false },
  banner: { js: "const urlOfThis = require('node:url').pathToFileURL(__filename).href;" },
} as const satisfies BuildOptions;

/** CommonJS packages load Node's own modules with `require`, which an ES module does not have. */
const REQUIRE =
  "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);";

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  sourcemap: true,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  external: NATIVE,
  // Without React's checks for developers.
  define: { 'process.env.NODE_ENV': '"production"' },
  banner: { js: REQUIRE },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Importing the object `z` pulls in all of zod with its sentences in fifty languages: 450 kB for each program to
 * read and keep. Imported as a namespace, only what is used goes in, each schema built when it is first used.
 */
export const lazyZod: Plugin = {
  name: 'lazy-zod',
  setup: (bundling) => {
    const zod = JSON.stringify(fileURLToPath(new URL('./lazy-zod.js', import.meta.url)));
    bundling.onLoad({ filter: /\/(apps|libs)\/\w+\/dist\/.*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: text.replace("import { z } from 'zod'", `import * as z from ${zod}`) };
    });
  },
};

/**
 * Packages that a command works better without: the one that debugs the screen of `iwanto top` is not installed,
 * and reading the binary that decodes messages faster takes longer than the few messages of a command.
 */
const WITHOUT = /^(react-devtools-core|msgpackr-extract)$/;

const leaveOut: Plugin = {
  name: 'leave-out',
  setup: (bundling) => {
    bundling.onResolve({ filter: WITHOUT }, ({ path }) => ({ path, namespace: 'leave-out' }));
    bundling.onLoad({ filter: /.*/, namespace: 'leave-out' }, () => {
      return { contents: 'module.exports = undefined;' };
    });
  },
};

/**
 * A command uses few of the modules of Node.js that its files name. Each is loaded when something in it is first
 * used; an `import` would load all of them at the start, and make a second table of what each exports.
 */
const lazyNode: Plugin = {
  name: 'lazy-node',
  setup: (bundling) => {
    bundling.onResolve({ filter: BUILTINS }, ({ path }) => {
      return { path: path.replace(/^(node:)?/, 'node:'), namespace: 'lazy-node' };
    });
    bundling.onLoad({ filter: /.*/, namespace: 'lazy-node' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) ?? {});
      return {
        contents: `
          for (const name of ${JSON.stringify(names)}) {
            const get = () => process.getBuiltinModule('${path}')[name];
            Object.defineProperty(module.exports, name, { get, enumerable: true });
          }`,
      };
    });
  },
};

const BUILTINS = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);

/**
 * What a service imports of Node.js is taken out of its modules by name. An `import` looks at all that a module exports,
 * also at what the module would load only when it is asked for: `http` and `crypto` then load `fetch` and WebCrypto.
 */
const plainNode: Plugin = {
  name: 'plain-node',
  setup: (bundling) => {
    bundling.onResolve({ filter: BUILTINS }, ({ path, kind }) => {
      const full = path.replace(/^(node:)?/, 'node:');
      if (kind === 'require-call') return { path: full, namespace: 'whole-node' };
      return kind === 'import-statement' ? { path: full, namespace: 'names-of-node' } : undefined;
    });
    bundling.onLoad({ filter: /.*/, namespace: 'whole-node' }, ({ path }) => {
      return { contents: `module.exports = process.getBuiltinModule('${path}');` };
    });
    bundling.onLoad({ filter: /.*/, namespace: 'names-of-node' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) ?? {});
      const exported = names.map(
        (name) => `export const ${name} = /* @__PURE__ */ (() => whole.${name})();`,
      );
      const whole = `const whole = /* @__PURE__ */ process.getBuiltinModule('${path}');`;
      return { contents: [whole, 'export default whole;', ...exported].join('\n') };
    });
  },
};

/**
 * winston without what a service of ours has no use for: streams for an older Node.js, and colours for the lines with
 * which it debugs itself.
 */
const lightLog: Plugin = {
  name: 'light-log',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^(readable-stream(\/.*)?|@dabh\/diagnostics)$/ }, ({ path }) => {
      return { path, namespace: 'light-log' };
    });
    const stream = "process.getBuiltinModule('node:stream')";
    bundling.onLoad({ filter: /.*/, namespace: 'light-log' }, ({ path }) => {
      if (path === '@dabh/diagnostics') return { contents: 'module.exports = () => () => {};' };
      const isWritable = path.endsWith('_stream_writable.js');
      return { contents: `module.exports = ${stream}${isWritable ? '.Writable' : ''};` };
    });
  },
};

/** Packages that few runs need, each in a file that is read by then: what a program consists of stays in memory. */
const APART: Readonly<Record<string, string>> = {
  // If the package with native code does not load.
  'hash-wasm': "export { createBLAKE3 } from 'hash-wasm';",
  // If somebody shares a name that is not in Latin letters.
  'any-ascii': "export { default } from 'any-ascii';",
};

/** Where they are, as seen from `program`. */
function apart(program: string): Plugin {
  const fileOf = (name: string) => relative(dirname(program), join('apart', `${name}.cjs`));
  return {
    name: 'apart',
    setup: (bundling) => {
      bundling.onResolve({ filter: /^any-ascii$/ }, ({ path }) => ({ path, namespace: 'apart' }));
      bundling.onResolve({ filter: /^(hash-wasm|apart:.*)$/ }, ({ path }) => {
        return { path: fileOf(path.replace('apart:', '')), external: true };
      });
      bundling.onLoad({ filter: /.*/, namespace: 'apart' }, ({ path }) => {
        const load = `convert ??= require('apart:${path}').default`;
        return { contents: `let convert; export default (text) => (${load})(text);` };
      });
    },
  };
}

/** Bundles into `stage`; returns the files of other packages that were included. */
export async function bundle(workspace: string, stage: string): Promise<string[]> {
  const inputs: Metafile['inputs'] = {};
  const add = async (program: string, options: BuildOptions) => {
    const outfile = join(stage, program);
    const { metafile } = await build({ ...COMMON, absWorkingDir: workspace, outfile, ...options });
    Object.assign(inputs, metafile?.inputs);
  };
  const plugins = [apart(COMMAND_FILE), plainWidths, lazyZod, lazyNode, leaveOut];
  await add(COMMAND_FILE, { ...COMMAND, entryPoints: ['apps/cli/dist/main.js'], plugins });
  await add(SCREEN, { entryPoints: [SCREEN], plugins: [plainWidths, lazyZod, leaveOut] });
  for (const program of PROGRAMS) {
    const light = [apart(program), lazyZod, plainNode, lightLog];
    await add(program, { entryPoints: [program], plugins: light });
  }
  for (const [name, contents] of Object.entries(APART)) {
    const stdin = { contents, resolveDir: workspace };
    await add(`apart/${name}.cjs`, { stdin, format: 'cjs', banner: {} });
  }
  return Object.keys(inputs).filter((path) => path.includes('node_modules/'));
}

/** Help has no wide characters (a test checks that): its width is its length. */
const HELP_WIDTH = `
  import { stripVTControlCharacters } from 'node:util';
  export default (text) => stripVTControlCharacters(text).length;`;

/**
 * Names of files may be anything; most are in letters of one column each, as are the marks of tables:
 * these are as wide as they are long, without colours.
 */
const NAME_WIDTH = String.raw`
  const NARROW = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2026\u2713]*$/;
  let measure;
  export default (text) => {
    const plain = text.replace(/\u001b\[[\d;]*m/g, '');
    if (NARROW.test(plain)) return plain.length;
    measure ??= require('string-width').default;
    return measure(text);
  };`;

/**
 * The tables of emoji and segments in `string-width` take 45 ms of each start: yargs, which lays out help
 * with it, gets the length instead, and the tables of names read it when a name needs it.
 */
const plainWidths: Plugin = {
  name: 'plain-widths',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^string-width$/ }, ({ importer, resolveDir }) => {
      const isHelp = /node_modules\/(yargs|cliui|wrap-ansi)\//.test(importer);
      const path = isHelp ? 'help' : 'name';
      const isOurs = /apps\/cli\/dist\//.test(importer);
      return isHelp || isOurs
        ? { path, namespace: 'plain-widths', pluginData: resolveDir }
        : undefined;
    });
    bundling.onLoad({ filter: /.*/, namespace: 'plain-widths' }, ({ path, pluginData }) => ({
      contents: path === 'help' ? HELP_WIDTH : NAME_WIDTH,
      resolveDir: pluginData as string,
    }));
  },
};
