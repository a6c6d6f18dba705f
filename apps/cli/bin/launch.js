// Loads the built program, or says what is missing for it.
'use strict';
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { isAbsolute, join } = require('node:path');
const { pathToFileURL } = require('node:url');

const words = process.argv.slice(2);
const program = join(__dirname, '../dist/main.js');

function refuse(sentence) {
  process.stderr.write(`iwanto: ${sentence}\n`);
  process.exit(1);
}

/** Where compiled code is kept between two commands: with it, a command starts in half the time. */
function cacheDir() {
  const { HOME, XDG_CACHE_HOME } = process.env;
  if (process.platform === 'darwin')
    return HOME && isAbsolute(HOME) && join(HOME, 'Library/Caches/iwanto');
  // A relative path counts as absent, as the XDG Base Directory Specification says.
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'iwanto');
  return HOME && isAbsolute(HOME) && join(HOME, '.cache/iwanto');
}

async function launch() {
  if (!existsSync(program)) {
    refuse(`The program is not built (${program} is missing): run "npm ci && npm run build".`);
  }
  const cache = cacheDir();
  // Node.js writes it at the end: what removes the cache must not leave a new one.
  if (cache && words[0] !== 'uninstall') enableCompileCache(cache);
  // Reading the maps takes longer than the command itself: only for who wants to see the stack.
  if (words.includes('--verbose')) process.setSourceMapsEnabled(true);
  try {
    const { main } = await import(pathToFileURL(program).href);
    await main(words);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' && error?.code !== 'ERR_DLOPEN_FAILED') throw error;
    const [reason] = error.message.split('\n');
    refuse(
      `A package is missing or does not fit this machine: install it again, with "npm ci" in a clone (${reason}).`,
    );
  }
}

void launch();
