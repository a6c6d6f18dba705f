/**
 * What the process of `iwanto start` is from the moment everything is prepared: a program of its own, because
 * the command line, which is not needed any more, would stay in memory for as long as the services run.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type HeldLock, announceReady, giveBackMemory, releaseLock } from '@iwanto/service';
import { jsonLine, remark, say, shown, styledError } from './print.js';
import { endWith, guardStreams } from './streams.js';
import { type ServiceProgram, supervise } from './supervise.js';

/** Its only argument, as JSON. */
export interface Order {
  readonly services: readonly ServiceProgram[];
  readonly lock: HeldLock;
  /** Says in JSON when the services are ready. */
  readonly json: boolean;
}

const COMMAND = fileURLToPath(new URL('../bin/iwanto.js', import.meta.url));
/** How long looking for what is wrong with this host may take. */
const TROUBLE_LIMIT_MS = 30_000;

const tell = (sentence: string) => remark(`${styledError('yellow', 'iwanto:')} ${shown(sentence)}`);

/** By another process, so that what it needs is in memory only for a moment. */
function nameTrouble(): void {
  const looking = spawn(process.execPath, [COMMAND, 'trouble'], {
    stdio: ['ignore', 'ignore', process.stderr.fd],
    timeout: TROUBLE_LIMIT_MS,
  });
  looking.once('error', ({ message }) => tell(`This host could not be examined: ${message}.`));
  process.once('exit', () => looking.kill());
}

async function main({ services, lock, json }: Order): Promise<void> {
  process.title = 'iwanto start';
  guardStreams();
  const ready = () => {
    say(json ? jsonLine({ event: 'ready', pid: process.pid }) : 'ready');
    announceReady(tell);
    nameTrouble();
    giveBackMemory();
  };
  const exitCode = await supervise({ services, ready, tell });
  await releaseLock(lock);
  await endWith(exitCode);
}

await main(JSON.parse(process.argv[2] ?? '') as Order);
