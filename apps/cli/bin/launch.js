// Loads the built program, or says what is missing for it.
'use strict';
const { existsSync, fstatSync, readFileSync, writeSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { isAbsolute, join } = require('node:path');
const { pathToFileURL } = require('node:url');

const words = process.argv.slice(2);
/** The program as it is built in a checkout, and in one file, as it is installed. */
const built = join(__dirname, '../dist/main.js');
const bundled = join(__dirname, '../dist/main.cjs');

/** What Node.js reports where a package is missing or was made for another machine. */
const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'];

/** The help in as many columns as a wide terminal gets. */
const help = join(__dirname, '../dist/help.txt');
const HELP_COLUMNS = 100;

function refuse(sentence) {
  process.stderr.write(`iwanto: ${sentence}\n`);
  process.exit(1);
}

/** Where compiled code is cached between commands: with it, a command starts in half the time. */
function cacheDir() {
  const { HOME, XDG_CACHE_HOME } = process.env;
  if (process.platform === 'darwin')
    return HOME && isAbsolute(HOME) && join(HOME, 'Library/Caches/iwanto');
  // A relative path counts as absent, as the XDG Base Directory Specification says.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'iwanto');
  return HOME && isAbsolute(HOME) && join(HOME, '.cache/iwanto');
}

/** What the program exports. */
function load() {
  // It is written at the end: what removes the cache must not leave a new one.
  const cache = words[0] === 'uninstall' ? undefined : cacheDir();
  // Reading the maps takes longer than the command itself: only for those who want to see the stack.
  const isTraced = words.includes('--verbose');
  if (isTraced) process.setSourceMapsEnabled(true);
  if (!existsSync(bundled)) {
    if (cache) enableCompileCache(cache);
    return import(pathToFileURL(built).href);
  }
  return cache && !isTraced
    ? require('./compiled.js').load(bundled, cache, words)
    : require(bundled);
}

/**
 * Prints the help as `npm run pack` had it laid out, which takes a third of the time. False where it cannot: on a
 * narrower terminal, in a checkout, or where the output fails, and the program says why.
 */
function printedHelp() {
  const asksHelp = words.length === 1 && ['--help', '-h', 'help'].includes(words[0]);
  if (!asksHelp || !existsSync(help)) return false;
  const isTerminal = fstatSync(1).isCharacterDevice();
  if (isTerminal && process.stdout.columns < HELP_COLUMNS) return false;
  try {
    const text = readFileSync(help);
    const written = writeSync(1, text);
    if (written < text.length) process.stdout.write(text.subarray(written));
    return true;
  } catch {
    return false;
  }
}

async function launch() {
  if (printedHelp()) return;
  if (!existsSync(bundled) && !existsSync(built)) {
    refuse(`The program is not built (${built} is missing): run "npm ci && npm run build".`);
  }
  try {
    const { main } = await load();
    await main(words, (url) => import(url));
  } catch (error) {
    if (!MISSING.includes(error?.code)) throw error;
    const [reason] = error.message.split('\n');
    refuse(
      `A package is missing or does not fit this machine: install it again, with "npm ci" in a clone (${reason}).`,
    );
  }
}

void launch();
