/** `iwanto group …`: the groups that this host is a member of, by a passphrase that all members know. */
import { EXIT, type GroupName, type Paths, groupNameFrom, homePaths } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { commandOf } from '../command.js';
import {
  type Changed,
  type ShownGroup,
  addGroup,
  finishRotation,
  joinGroup,
  leaveGroup,
  listGroups,
  removeGroup,
  rotateGroup,
} from '../group-keys.js';
import { jsonLine, remark, say } from '../print.js';
import { printTable } from '../screen/table.js';

const ACTIONS = ['add', 'join', 'leave', 'list', 'remove', 'rotate'] as const;

interface Asked {
  readonly name: string | undefined;
  readonly file: string | undefined;
  readonly finish: boolean;
  readonly json: boolean;
}

export const command = commandOf({
  options: (words) =>
    words
      .positional('action', { choices: ACTIONS, default: 'list' as const, describe: 'What to do' })
      .positional('name', { type: 'string', describe: 'The name of the group' })
      .option('passphrase-file', {
        type: 'string',
        describe: 'Read the passphrase from this file instead of asking for it',
      })
      .option('finish', {
        type: 'boolean',
        default: false,
        describe: 'After "rotate": from now on accept the new passphrase alone',
      })
      .example('iwanto group add team', 'Asks for the passphrase, or makes one')
      .example('iwanto group join team', 'From now on only its members see and reach this host')
      .example('iwanto group leave', 'An open peer again')
      .example('iwanto group rotate team', 'Another passphrase, the old one still accepted')
      .example('iwanto group rotate team --finish', 'When every host has the new one')
      .epilogue(
        'A passphrase is never an argument or a variable, which others can see. A unit of systemd may give it as the credential "iwanto-group-NAME". Exit codes: 0 done, 2 not possible, 3 the group is not known here, 13 it has another passphrase.',
      ),
  run: async ({ action, name, passphraseFile: file, finish, json }) => {
    const paths = homePaths();
    const asked = { name, file, finish, json };
    if (finish && action !== 'rotate') throw usage('--finish belongs to "iwanto group rotate".');
    if (action === 'list') await list(paths, json);
    else if (action === 'leave') await leave(paths, json);
    else await ACT[action](paths, named(action, name), asked);
    return EXIT.done;
  },
});

const usage = (sentence: string) => new Failure('E_BAD_REQUEST', sentence);

function named(action: string, name: string | undefined): GroupName {
  if (name === undefined) throw usage(`Name the group: "iwanto group ${action} NAME".`);
  return groupNameFrom(name);
}

type Act = (paths: Paths, name: GroupName, asked: Asked) => Promise<void>;

const ACT: Record<'add' | 'join' | 'remove' | 'rotate', Act> = {
  add: async (paths, name, { file, json }) => {
    const group = await addGroup(paths, name, file);
    if (json) return say(jsonLine(group));
    sayPassphrase(group);
    say(`added: ${name}, key ${group.key}`);
    if (!group.joined) remark(`"iwanto group join ${name}" hides this host from all others.`);
  },
  join: async (paths, name, { json }) => {
    const group = await joinGroup(paths, name);
    say(
      json
        ? jsonLine(group)
        : `joined: ${name}, key ${group.key}; only its members see and reach this host`,
    );
  },
  remove: async (paths, name, { json }) => {
    await removeGroup(paths, name);
    say(json ? jsonLine({ removed: name }) : `removed: ${name}`);
  },
  rotate: async (paths, name, { file, finish, json }) => {
    const group = finish ? await finishRotation(paths, name) : await rotateGroup(paths, name, file);
    if (json) return say(jsonLine(group));
    sayPassphrase(group);
    say(
      `rotated: ${name}, key ${group.key}${group.previous === null ? '' : `, and ${group.previous} until it is finished`}`,
    );
  },
};

function sayPassphrase({ passphrase }: Changed): void {
  if (passphrase === null) return;
  remark('The new passphrase, which is not shown again; enter it on the other hosts:');
  say(passphrase);
}

async function leave(paths: Paths, json: boolean): Promise<void> {
  const left = await leaveGroup(paths);
  if (json) say(jsonLine({ left }));
  else say(left === null ? 'this host is in no group' : `left: ${left}; this host is an open peer`);
}

async function list(paths: Paths, json: boolean): Promise<void> {
  const groups = await listGroups(paths);
  if (json) say(jsonLine({ groups }));
  else if (groups.length === 0) remark('No groups; "iwanto group add NAME" adds one.');
  else {
    printTable([{ title: 'GROUP' }, { title: 'KEY' }, { title: 'STATE' }], groups.map(rowOf));
  }
}

const rowOf = ({ name, key, previous, joined }: ShownGroup): string[] => [
  name,
  key,
  [joined ? 'joined' : 'known', ...(previous === null ? [] : [`${previous} accepted, too`])].join(
    ', ',
  ),
];
