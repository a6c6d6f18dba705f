/** `iwanto service install|remove|status`: the services under systemd, at each boot or login. */
import { EXIT, holdersOf, homePaths } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { commandOf } from '../command.js';
import { jsonLine, remark, say } from '../print.js';
import { printTable } from '../screen/table.js';
import { Systemd, ownProgram } from '../systemd.js';
import { SYSTEM_HOME, type Scope } from '../units.js';

const ACTIONS = ['install', 'remove', 'status'] as const;

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', { choices: ACTIONS, demandOption: true, describe: 'What to do' })
      .option('user', { type: 'boolean', conflicts: 'system', describe: 'For this user' })
      .option('system', { type: 'boolean', describe: 'For the whole machine (needs root)' })
      .example('iwanto service install', 'Under systemd, now and from the next login on')
      .example('sudo iwanto service install --system', 'As the account iwanto, from each boot on')
      .example('iwanto service status', 'What systemd says about them')
      .epilogue('Exit codes: 0 done, 3 not installed, 4 a service is not active.'),
  run: async ({ action, user, system, json }) => {
    const isRoot = process.geteuid?.() === 0;
    const scope: Scope = system || (isRoot && !user) ? 'system' : 'user';
    const systemd = new Systemd(scope);
    if (action === 'status') return status(systemd, json);
    const files = action === 'install' ? await install(systemd, scope) : await systemd.remove();
    if (json) say(jsonLine({ action, scope, files }));
    else for (const file of files) say(`${action === 'install' ? 'written' : 'removed'}: ${file}`);
    return EXIT.done;
  },
});

async function install(systemd: Systemd, scope: Scope): Promise<string[]> {
  if (scope === 'user') refuseRunning(systemd);
  const files = await systemd.install(ownProgram());
  if (scope === 'system') {
    remark(`Its home is ${SYSTEM_HOME}: "sudo -u iwanto IWANT_HOME=${SYSTEM_HOME} iwanto status".`);
  }
  tellOfLinger(systemd);
  return files;
}

/** One home, one instance: what runs in a terminal or under pm2 must end first; what systemd runs is restarted. */
function refuseRunning(systemd: Systemd): void {
  const running = holdersOf(homePaths());
  const managed = systemd.status().some(({ state }) => state === 'active');
  if (running.length === 0 || managed) return;
  const who = running.map(({ name, pid }) => `${name} as process ${pid}`).join(', ');
  throw new Failure(
    'E_ALREADY_RUNNING',
    `Services of this home are already running (${who}); stop them first with "iwanto stop".`,
  );
}

function tellOfLinger(systemd: Systemd): void {
  if (systemd.outlivesLogout()) return;
  remark(
    'They end when you log out, and start when you log in; "loginctl enable-linger" keeps them.',
  );
}

function status(systemd: Systemd, json: boolean): number {
  const units = systemd.status();
  const outlivesLogout = systemd.outlivesLogout();
  if (json) say(jsonLine({ units, outlivesLogout }));
  else {
    printTable(
      [{ title: 'UNIT' }, { title: 'STATE' }, { title: 'AT START' }],
      units.map(({ unit, state, enabled }) => [unit, state, enabled ? 'yes' : 'no']),
    );
    tellOfLinger(systemd);
  }
  if (units.every(({ state }) => state === 'absent')) return EXIT.notFound;
  return units.every(({ state }) => state === 'active') ? EXIT.done : EXIT.notRunning;
}
