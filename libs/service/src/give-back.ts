/** Memory that only a start needed goes back to the system. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often a service is looked at until it rests, in ms. */
const LOOK_MS = 10_000;
/** It rests when it used less of a processor than this since the last look. */
const REST_SHARE = 0.02;

/** Stands still for some 100 ms: only for a process for which nobody waits. */
export function giveBackMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  // The only kind that also lets go of compiled code, and of pages that V8 keeps for later.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Does it once, at the first rest: V8 itself waits for garbage that an idle service does not make. */
export function giveBackAtRest(): void {
  let used = process.cpuUsage();
  const looking = setInterval(() => {
    const { user, system } = process.cpuUsage(used);
    used = process.cpuUsage();
    if ((user + system) / 1_000 > LOOK_MS * REST_SHARE) return;
    clearInterval(looking);
    giveBackMemory();
  }, LOOK_MS).unref();
}
