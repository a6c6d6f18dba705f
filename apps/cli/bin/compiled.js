// Runs the bundled program with the code that V8 compiled for an earlier run of the same command. The cache of
// Node.js keeps a file as it was just loaded; kept at the end of a run, the functions it called are there as well,
// and the next run compiles nothing.
'use strict';
const { closeSync, fstatSync, mkdirSync, openSync, readFileSync } = require('node:fs');
const { renameSync, statSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/** Exit code of a command line that was not understood: its code is of no use to the next command. */
const EXIT_USAGE = 2;
/** Before the code: checksums of the code and of what it was made from, and whether the run had succeeded. */
const HEADER_BYTES = 12;
/** Larger than the code of the whole program. */
const CACHE_BYTES_MAX = 16_777_216;

/** Where the code of a command is kept: a name that `uninstall` knows, one file for each version of Node.js. */
function fileOf(dir, words) {
  const command = words.find((word) => !word.startsWith('-')) ?? 'help';
  const name = words.includes('--help') || words.includes('-h') ? 'help' : command;
  if (!/^[a-z]{1,20}$/.test(name)) return undefined;
  return join(dir, `${process.version}-${process.arch}-${name}.code`);
}

/** The program's code is made from: another version of it makes other code. */
function originOf(program) {
  const { size, ctimeMs, ino } = statSync(program);
  return crc32(`${program} ${size} ${ctimeMs} ${ino}`);
}

/** The code of an earlier run; undefined where there is none that this user wrote for this very program. */
function kept(file, origin) {
  try {
    const opened = openSync(file, 'r');
    try {
      const { uid, size } = fstatSync(opened);
      if (uid !== process.getuid() || size > CACHE_BYTES_MAX) return undefined;
      const bytes = readFileSync(opened);
      const code = bytes.subarray(HEADER_BYTES);
      if (bytes.readUInt32LE(0) !== origin || bytes.readUInt32LE(4) !== crc32(code))
        return undefined;
      return { code, hadSucceeded: bytes.readUInt32LE(8) === 1 };
    } finally {
      closeSync(opened);
    }
  } catch {
    return undefined;
  }
}

/** Keeps the code for the next run. Nothing depends on it: on a full or read-only disk, commands start slower. */
function keep(file, origin, code, hasSucceeded) {
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), code]);
  bytes.writeUInt32LE(origin, 0);
  bytes.writeUInt32LE(crc32(code), 4);
  bytes.writeUInt32LE(hasSucceeded ? 1 : 0, 8);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const made = `${file}.${process.pid}.tmp`;
    writeFileSync(made, bytes, { mode: 0o600 });
    renameSync(made, file);
  } catch {
    // The next run compiles again.
  }
}

/** Loads `program`, a CommonJS file, for the command line `words`; returns what it exports. */
exports.load = function load(program, dir, words) {
  const file = fileOf(dir, words);
  if (file === undefined) return require(program);
  const origin = originOf(program);
  const before = kept(file, origin);
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(program, 'utf8')}\n})`,
    { filename: program, cachedData: before?.code },
  );
  const isUsed = before !== undefined && !script.cachedDataRejected;
  // Not `before`: a command that runs for long would hold the code in memory.
  const hadSucceeded = before?.hadSucceeded;
  process.once('exit', (exitCode) => {
    const isBetter = !isUsed || (exitCode === 0 && !hadSucceeded);
    if (isBetter && exitCode !== EXIT_USAGE) {
      keep(file, origin, script.createCachedData(), exitCode === 0);
    }
  });
  const loaded = { exports: {} };
  const directory = dirname(program);
  script.runInThisContext()(loaded.exports, createRequire(program), loaded, program, directory);
  return loaded.exports;
};
