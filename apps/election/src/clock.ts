/** The one clock of the election: milliseconds that never go back and keep counting while the host sleeps. */
import { readFileSync } from 'node:fs';

/** How often the time asleep is read at most. */
const LOOK_MS = 50;
/** /proc/uptime counts in hundredths of a second: less does not count as sleep. */
const ASLEEP_MS_MIN = 100;

/**
 * The monotonic clock of a process stops during suspend, so a resumed leader would not notice that it
 * was away. The uptime of Linux continues; what it is ahead by is added. Elsewhere the monotonic clock serves.
 */
export function electionClock(
  monotonicMs: () => number = () => performance.now(),
  uptimeMs: () => number | undefined = linuxUptimeMs,
): () => number {
  let lookedMs = monotonicMs();
  let aheadMs = (uptimeMs() ?? lookedMs) - lookedMs;
  let asleepMs = 0;
  return () => {
    const now = monotonicMs();
    if (now - lookedMs < LOOK_MS) return now + asleepMs;
    lookedMs = now;
    const up = uptimeMs();
    if (up === undefined) return now + asleepMs;
    const slept = up - now - aheadMs;
    if (slept < ASLEEP_MS_MIN) return now + asleepMs;
    aheadMs += slept;
    asleepMs += slept;
    return now + asleepMs;
  };
}

function linuxUptimeMs(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const seconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
