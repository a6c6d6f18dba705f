#!/usr/bin/env node
// The command `iwanto`: loads the built program, or says what is missing for it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The oldest Node.js that the packages support. */
const NODE_MIN = [22, 22];

const refuse = (sentence) => {
  process.stderr.write(`iwanto: ${sentence}\n`);
  process.exit(1);
};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
  refuse(`Node.js ${process.versions.node} is too old; install ${NODE_MIN.join('.')} or newer.`);
}

const program = new URL('../dist/main.js', import.meta.url);
if (!existsSync(program)) {
  refuse(
    `The program is not built (${fileURLToPath(program)} is missing): run "npm ci && npm run build".`,
  );
}

try {
  const { main } = await import(program.href);
  await main(process.argv.slice(2));
} catch (error) {
  if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'ERR_DLOPEN_FAILED') {
    refuse(
      `A package is missing or does not fit this machine: run "npm ci" again (${error.message.split('\n')[0]}).`,
    );
  }
  throw error;
}
