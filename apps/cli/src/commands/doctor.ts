/** `iwanto doctor [HOST]`: what works, what does not, and what to do about it, here and between two hosts. */
import { EXIT, homePaths } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { examine } from '../doctor/examine.js';
import type { Finding, Level } from '../doctor/finding.js';
import { jsonLine, say, shown, styled } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('host', {
        type: 'string',
        describe: 'Check only this host: a name, an address or a peer',
      })
      .example('iwanto doctor', 'Check this host, and the way to up to eight others')
      .example('iwanto doctor 192.168.7.20', 'Why is that host not seen?')
      .epilogue('Exit codes: 0 nothing is broken, 6 something is.'),
  run: async ({ host, json }) => {
    const paths = homePaths();
    const findings = await withBus((bus) =>
      examine({ paths, bus, ...(host !== undefined && { host }) }),
    );
    const isBroken = findings.some(({ level }) => level === 'broken');
    if (json) say(jsonLine({ healthy: findings.every(({ level }) => level === 'ok'), findings }));
    else print(findings);
    return isBroken ? EXIT.unhealthy : EXIT.done;
  },
});

const COLOURS = { ok: 'green', warning: 'yellow', broken: 'red' } as const;
const LEVEL_COLUMNS = 8;
const CHECK_COLUMNS = 11;

function print(findings: readonly Finding[]): void {
  for (const { check, level, text, remedy } of findings) {
    const head = styled(COLOURS[level], level.padEnd(LEVEL_COLUMNS)) + check.padEnd(CHECK_COLUMNS);
    say(`${head}${shown(text)}`);
    if (remedy !== undefined)
      say(`${' '.repeat(LEVEL_COLUMNS + CHECK_COLUMNS)}-> ${shown(remedy)}`);
  }
  say('');
  say(summaryOf(findings));
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (wanted: Level) => findings.filter(({ level }) => level === wanted).length;
  if (findings.every(({ level }) => level === 'ok')) return 'Everything that was checked works.';
  return `${count('broken')} broken, ${count('warning')} to look at, ${count('ok')} ok.`;
}
