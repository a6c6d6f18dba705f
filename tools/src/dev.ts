/** `node tools/dist/dev.js [COMMAND…]`: a peer in a throw-away home on the loopback interface; with a command, one command or service of it. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/iwanto.js', import.meta.url));

// A home given from outside is kept: so a second terminal can ask the same peer.
const given = process.env['IWANT_HOME'];
const home = given ?? mkdtempSync(join(tmpdir(), 'iwanto-dev-'));
mkdirSync(home, { recursive: true });
const words = process.argv.length > 2 ? process.argv.slice(2) : ['start', '--interface', 'lo'];

console.error(`IWANT_HOME=${home} iwanto ${words.join(' ')}`);
const child = spawn(process.execPath, [PROGRAM, ...words], {
  stdio: 'inherit',
  env: { ...process.env, IWANT_HOME: home },
});
// Ctrl-C reaches the child by itself; this process only has to outlive it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => {
  if (given === undefined) rmSync(home, { recursive: true, force: true });
  process.exitCode = code ?? 1;
});
