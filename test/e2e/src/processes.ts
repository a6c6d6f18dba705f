/** The processes of one home, found without asking them: a suspended one does not answer. */
import { readFileSync, readdirSync } from 'node:fs';

export interface HomeProcess {
  readonly pid: number;
  /** Its command line, the words ended by zero bytes. */
  readonly words: string;
}

/** Supervisor, services and commands that run for this home now. */
export function processesOf(home: string): HomeProcess[] {
  return readdirSync('/proc').flatMap((name): HomeProcess[] => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
      if (!environment.includes(`IWANT_HOME=${home}`)) return [];
      return [{ pid: Number(name), words: readFileSync(`/proc/${name}/cmdline`, 'latin1') }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Kills all of them, as the power button does. */
export function signalAll(home: string, signal: NodeJS.Signals): void {
  for (const { pid } of processesOf(home)) process.kill(pid, signal);
}
