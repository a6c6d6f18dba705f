/** `iwanto status`: who leads, who is here, what is shared, and how the services are. */
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { indexingText } from '../indexing.js';
import { countText, jsonLine, remark, say, shown, sizeText, styled } from '../print.js';
import { printTable } from '../screen/table.js';
import { type Picture, type ServiceState, lookAround } from '../picture.js';

export const command = commandOf({
  options: (words) =>
    words
      .example('iwanto status', 'How everything is')
      .example('iwanto status --json | jq .role', 'For scripts')
      .epilogue('Exit codes: 0 all three services run, 4 one of them does not.'),
  run: async ({ json, verbose }) => {
    const picture = await withBus(lookAround);
    if (json) say(jsonLine(picture));
    else await print(picture, verbose);
    const absent = Object.entries(picture.services).filter(([, state]) => state === 'stopped');
    if (absent.length === 0) return EXIT.done;
    const names = absent.map(([service]) => service).join(', ');
    remark(`iwanto: not running: ${names}; start with "iwanto start".`);
    return EXIT.notRunning;
  },
});

const COLOURS = { ready: 'green', starting: 'yellow', stopped: 'red' } as const;

const stateText = (service: string, state: ServiceState): string =>
  `${service} ${styled(COLOURS[state], state)}`;

async function print(picture: Picture, verbose: boolean): Promise<void> {
  const { peer, role, leader, epoch, peers, shared, services, details } = picture;
  const line = (title: string, text: string) => say(`${styled('dim', title.padEnd(9))}${text}`);
  line(
    'services',
    Object.entries(services)
      .map(([name, state]) => stateText(name, state))
      .join('  '),
  );
  if (peer !== null) line('peer', `${peer}${role === null ? '' : `  ${styled('bold', role)}`}`);
  if (role !== null)
    line('leader', leader === null ? 'none yet' : `${leader}  epoch ${epoch ?? 0}`);
  if (shared) {
    const where = countText(shared.folders.length, 'folder');
    line('shared', `${where}, ${countText(shared.files, 'file')}, ${sizeText(shared.bytes)}`);
    if (shared.indexing.active) line('', indexingText(shared.indexing));
    for (const { path, warning } of shared.folders) {
      if (warning) line('', styled('yellow', `${shown(path)}: ${shown(warning)}`));
    }
  }
  if (verbose) {
    for (const { service, pid, port, version, notes } of details) {
      line(
        service,
        [`process ${pid}, port ${port}, version ${version}`, ...notes.map(shown)].join('; '),
      );
    }
  }
  if (peers.length === 0) return;
  say('');
  printTable(
    [{ title: 'PEER' }, { title: 'ADDRESS' }, { title: 'FILES', align: 'right' }],
    peers.map((one) => [
      one.peer === peer ? `${one.peer} (this)` : one.peer,
      shown(one.address),
      one.files === null ? '?' : String(one.files),
    ]),
  );
}
