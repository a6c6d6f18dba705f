/** `npm run record`: runs the commands of the README on a LAN of namespaces and draws what they print as docs/session.svg. Needs root. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { shownIn } from './console-blocks.js';
import { ReadmeSession } from './readme-session.js';
import { drawSession } from './session-picture.js';

const README = fileURLToPath(new URL('../../../README.md', import.meta.url));
const PICTURE = fileURLToPath(new URL('../../../docs/session.svg', import.meta.url));

const session = await ReadmeSession.open(tmpdir());
try {
  const steps = [];
  for (const { command } of shownIn(readFileSync(README, 'utf8'))) {
    const { code, lines } = await session.run(command);
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${lines.join('\n')}`);
    steps.push({ command, lines });
  }
  writeFileSync(PICTURE, drawSession(steps));
  console.log(`${PICTURE} is drawn.`);
} finally {
  await session.close();
}
