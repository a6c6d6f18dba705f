/** `iwanto status`: who leads, which peers are online, what is shared, and the state of the services. */
import { EXIT, holdersOf, homePaths } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, remark, say, shown, styled } from '../print.js';
import { printTable } from '../screen/table.js';
import { type Picture, type ServiceState, lookAround } from '../picture.js';
import { modeVerdicts } from '../mode.js';
import { type Verdict, verdictsOf } from '../verdicts.js';

export const command = commandOf({
  options: (words) =>
    words
      .example('iwanto status', 'Show the overall status')
      .example('iwanto status --json | jq .role', 'For scripts')
      .epilogue('Exit codes: 0 all three services run, 4 at least one does not.'),
  run: async ({ json, verbose }) => {
    const picture = await withBus(lookAround);
    const isSupervised = holdersOf(homePaths()).some(({ name }) => name === 'start');
    const verdicts = [...verdictsOf(picture, isSupervised), ...(await modeVerdicts(picture))];
    if (json) say(jsonLine({ ...picture, verdicts }));
    else print(picture, verdicts, verbose);
    const absent = Object.entries(picture.services).filter(([, state]) => state === 'stopped');
    if (absent.length === 0) return EXIT.done;
    const names = absent.map(([service]) => service).join(', ');
    const advice = isSupervised ? '"iwanto start" starts them again' : 'start with "iwanto start"';
    remark(`iwanto: not running: ${names}; ${advice}.`);
    return EXIT.notRunning;
  },
});

const COLOURS = { ready: 'green', starting: 'yellow', stopped: 'red' } as const;

const stateText = (service: string, state: ServiceState): string =>
  `${service} ${styled(COLOURS[state], state)}`;

const MARKS = { ok: ['green', '✓'], warning: ['yellow', '!'], broken: ['red', '✗'] } as const;

const named = (name: string | null, peer: string): string =>
  name === null || name === peer ? peer : `${name}  ${styled('dim', peer)}`;

function print(picture: Picture, verdicts: readonly Verdict[], verbose: boolean): void {
  const { peer, name, role, leader, leaderName, epoch, services, details } = picture;
  const line = (title: string, text: string) => say(`${styled('dim', title.padEnd(9))}${text}`);
  line(
    'services',
    Object.entries(services)
      .map(([service, state]) => stateText(service, state))
      .join('  '),
  );
  if (peer !== null) {
    line('peer', `${named(name, peer)}${role === null ? '' : `  ${styled('bold', role)}`}`);
  }
  if (role !== null) {
    line(
      'leader',
      leader === null ? 'none yet' : `${named(leaderName, leader)}  epoch ${epoch ?? 0}`,
    );
  }
  if (verbose) {
    for (const { service, pid, port, version, notes } of details) {
      const facts = `process ${pid}, port ${port}, version ${version}`;
      line(service, [facts, ...notes.map(shown)].join('; '));
    }
  }
  for (const { level, sentence } of verdicts) {
    const [colour, mark] = MARKS[level];
    say(`${styled(colour, mark)} ${shown(sentence)}`);
  }
  printPeers(picture);
}

function printPeers({ peer, peers }: Picture): void {
  if (peers.length === 0) return;
  say('');
  printTable(
    [
      { title: 'PEER', cut: true },
      { title: 'PEER ID' },
      { title: 'ADDRESS' },
      { title: 'FILES', align: 'right' },
    ],
    peers.map((one) => [
      one.peer === peer ? `${one.name} (this)` : one.name,
      ...[one.peer, shown(one.address), one.files === null ? '?' : String(one.files)],
    ]),
  );
}
