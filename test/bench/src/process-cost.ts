/** What a process and all its descendants cost: CPU time, wake-ups, memory. Linux only. */
import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

export interface Spent {
  readonly cpuSeconds: number;
  /** How often a thread slept and was woken. */
  readonly wakeUps: number;
}

/** The process and all its descendants. */
export function family(pid: number): number[] {
  const children = tasks(pid).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

const tasks = (pid: number): string[] => readdirSync(`/proc/${pid}/task`);

/** Everything that these processes have spent so far. */
export function spent(pids: readonly number[]): Spent {
  return pids.map(spentBy).reduce((one, other) => ({
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    wakeUps: one.wakeUps + other.wakeUps,
  }));
}

/** CPU seconds of the process's children that have ended. */
export function childSeconds(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** The fields after the name of the program, which may itself contain blanks. */
const statOf = (pid: number): string[] =>
  (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ');

function spentBy(pid: number): Spent {
  const fields = statOf(pid);
  const wakeUps = tasks(pid)
    .map((task) => readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))
    .reduce((sum, text) => sum + numberIn(text, 'voluntary_ctxt_switches'), 0);
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, wakeUps };
}

/** Memory of the processes together, in bytes; what they share counts once. */
export const memoryBytes = (pids: readonly number[]): number =>
  pids.reduce(
    (sum, pid) => sum + numberIn(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss') * 1_024,
    0,
  );

const numberIn = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
