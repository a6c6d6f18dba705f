/** Makes a failing schedule small: fewer faults, fewer hosts, shorter times, as long as the same check fails. */
import type { Fault } from './faults.js';
import { run } from './run.js';
import type { Schedule } from './schedule.js';

/** Runs that one shrinking may cost. */
const RUNS_MAX = 600;

/** The number of the broken check, or the first words of a thrown error. */
export const kindOf = (failure: string): string =>
  /\b[IL]\d+b?(?=:)/.exec(failure)?.[0] ?? failure.slice(0, 40);

export interface Shrunk {
  readonly schedule: Schedule;
  readonly failure: string;
  readonly runs: number;
}

/** The smallest schedule found that fails in the same way. */
export function shrink(schedule: Schedule, failure: string): Shrunk {
  const kind = kindOf(failure);
  let best = { schedule, failure };
  let runs = 0;
  const fails = (candidate: Schedule): boolean => {
    if (runs >= RUNS_MAX) return false;
    runs += 1;
    const report = run(candidate);
    if (report.failure === null || kindOf(report.failure) !== kind) return false;
    best = { schedule: candidate, failure: report.failure };
    return true;
  };
  for (let before = -1; before !== runs && runs < RUNS_MAX;) {
    before = runs;
    const size = weight(best.schedule);
    dropFaults(best.schedule, fails);
    while (best.schedule.hosts.length > 2 && fails(withoutLastHost(best.schedule))) continue;
    simplify(() => best.schedule, fails);
    if (weight(best.schedule) >= size) break;
  }
  return { ...best, runs };
}

const weight = ({ faults, hosts }: Schedule): number =>
  faults.length * 1_000 +
  hosts.length * 100 +
  faults.reduce((sum, each) => sum + lengthOf(each), 0);

const lengthOf = (fault: Fault) => ('forMs' in fault ? fault.forMs / 1_000 : 0);

/** Delta debugging: halves, then quarters, down to single faults. */
function dropFaults(schedule: Schedule, fails: (candidate: Schedule) => boolean): void {
  let faults = schedule.faults;
  for (let size = Math.ceil(faults.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < faults.length;) {
      const fewer = faults.filter((_, index) => index < at || index >= at + size);
      if (fails({ ...schedule, faults: fewer })) faults = fewer;
      else at += size;
    }
  }
}

function withoutLastHost(schedule: Schedule): Schedule {
  const last = schedule.hosts.length - 1;
  const faults = schedule.faults.flatMap((fault): Fault[] => {
    if ('target' in fault && fault.target === last) return [];
    if (fault.kind === 'split')
      return [{ ...fault, side: fault.side.filter((each) => each !== last) }];
    if (fault.kind === 'add')
      return [{ ...fault, knows: fault.knows.filter((each) => each !== last) }];
    if (fault.kind === 'deaf' || fault.kind === 'mute')
      return [{ ...fault, to: fault.to.filter((each) => each !== last) }];
    return [fault];
  });
  return { ...schedule, hosts: schedule.hosts.slice(0, last), faults };
}

/** Simpler networks and clocks, shorter faults. */
function simplify(present: () => Schedule, fails: (candidate: Schedule) => boolean): void {
  const { link, hosts } = present();
  const plainer: Partial<Schedule>[] = [
    { link: { ...link, loss: 0, multicastLoss: 0 } },
    { link: { ...link, duplicates: 0 } },
    { link: { ...link, home: null } },
    { link: { ...link, multicast: true, subnets: 1, home: null } },
    { hints: false },
    { hosts: hosts.map((host) => ({ ...host, skewMs: 0 })) },
    { hosts: hosts.map((host) => ({ ...host, startMs: 0 })) },
    { hosts: hosts.map((host) => ({ ...host, knows: [] })) },
    { hosts: hosts.map((host) => ({ ...host, isClosed: false })) },
  ];
  for (const change of plainer) fails({ ...present(), ...change });
  present().faults.forEach((fault, index) => {
    if (!('forMs' in fault) || fault.forMs < 100) return;
    const shorter = { ...fault, forMs: Math.round(fault.forMs / 2) };
    fails({ ...present(), faults: present().faults.with(index, shorter) });
  });
}
