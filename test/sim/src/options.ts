/** The command line of the simulator. */

export type Options =
  | {
      readonly command: 'schedules';
      readonly count: number;
      readonly first: number | null;
      readonly workers: number;
    }
  | { readonly command: 'worker'; readonly count: number; readonly first: number }
  | {
      readonly command: 'seed';
      readonly seed: number;
      readonly trace: boolean;
      readonly datagrams: boolean;
    }
  | {
      readonly command: 'scenario';
      /** The name of one of test/sim/scenarios, or a file. */
      readonly scenario: string;
      readonly trace: boolean;
      readonly datagrams: boolean;
    }
  | { readonly command: 'scenarios'; readonly update: boolean; readonly verdicts: boolean }
  | { readonly command: 'shows' }
  | { readonly command: 'mutants'; readonly of: 'election' | 'swarm' }
  | { readonly command: 'help' };

export const USAGE = `npm run sim -- [option]
  --schedules N   run N random fault schedules with new seeds (10000 when left out)
  --first SEED    ... from this seed on
  --workers N     ... in so many processes (2 when left out)
  --seed SEED     run one schedule; with --trace print what happens, with --datagrams every datagram too
  --scenario NAME run one of test/sim/scenarios, or a file of that form; --trace and --datagrams as above
  --scenarios     run test/sim/scenarios/*.txt against their expected traces; --update rewrites them,
                  --verdicts looks only at whether all ended well
  --shows         print the figures: fail-over, leave, calm, traffic
  --mutants       break the election on purpose, once for each mutant, and show which checks notice;
                  --mutants swarm breaks the swarm of downloads, which its own tests notice
`;

const SCHEDULES = 10_000;

/** Reads the options. @throws Error on a word it does not know or a number that is none. */
export function parseOptions(words: readonly string[]): Options {
  const has = (flag: string) => words.includes(`--${flag}`);
  const number = (flag: string, otherwise: number): number => {
    const at = words.indexOf(`--${flag}`);
    if (at < 0) return otherwise;
    const value = Number(words[at + 1]);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${flag} needs a number`);
    return value;
  };
  const known = USAGE.match(/--[a-z]+/g) ?? [];
  const unknown = words.find(
    (word) => word.startsWith('--') && ![...known, '--worker', '--help'].includes(word),
  );
  if (unknown !== undefined) throw new Error(`unknown option ${unknown}\n${USAGE}`);
  if (has('help')) return { command: 'help' };
  if (has('worker'))
    return { command: 'worker', first: number('first', 1), count: number('schedules', 1) };
  if (has('seed'))
    return {
      command: 'seed',
      seed: number('seed', 1),
      trace: has('trace'),
      datagrams: has('datagrams'),
    };
  if (has('scenario')) {
    const scenario = words[words.indexOf('--scenario') + 1];
    if (scenario === undefined || scenario.startsWith('--'))
      throw new Error('--scenario needs the name of a scenario or a file');
    return { command: 'scenario', scenario, trace: has('trace'), datagrams: has('datagrams') };
  }
  if (has('scenarios'))
    return { command: 'scenarios', update: has('update'), verdicts: has('verdicts') };
  if (has('shows')) return { command: 'shows' };
  if (has('mutants'))
    return { command: 'mutants', of: words.includes('swarm') ? 'swarm' : 'election' };
  return {
    command: 'schedules',
    count: number('schedules', SCHEDULES),
    first: has('first') ? number('first', 1) : null,
    workers: Math.max(1, number('workers', 2)),
  };
}
