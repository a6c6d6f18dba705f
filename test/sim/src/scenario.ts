/** Schedules as readable and writable text: one line per event. */
import type { ElectionMessageType } from '@iwanto/wire';
import { FORGERIES, type Fault, NEVER_MS, type Target } from './faults.js';
import { nameOf } from './host.js';
import type { Link } from './network.js';
import type { Never, Schedule } from './schedule.js';

const targetText = (target: Target): string => (target === 'leader' ? 'leader' : nameOf(target));
const hostsText = (hosts: readonly number[]): string => hosts.map(nameOf).join(',');

function faultText(fault: Fault): string {
  const at = `at ${fault.atMs}`;
  switch (fault.kind) {
    case 'crash':
    case 'leave': {
      const back = fault.backMs >= NEVER_MS ? '' : ` back ${fault.backMs}`;
      const newId = fault.kind === 'crash' && fault.newId ? ' newid' : '';
      return `${at} ${fault.kind} ${targetText(fault.target)}${back}${newId}`;
    }
    case 'pause':
    case 'isolate':
      return `${at} ${fault.kind} ${targetText(fault.target)} for ${fault.forMs}`;
    case 'deaf':
    case 'mute': {
      const to = fault.to.length === 0 ? '' : ` to ${hostsText(fault.to)}`;
      return `${at} ${fault.kind} ${targetText(fault.target)}${to} for ${fault.forMs}`;
    }
    case 'split':
      return `${at} split ${hostsText(fault.side) || '-'} for ${fault.forMs}`;
    case 'add':
      return `${at} add ${nameOf(fault.target)} knows ${hostsText(fault.knows)}`;
    case 'nat':
      return `${at} nat ${fault.subnet} for ${fault.forMs}`;
    case 'burst':
      return `${at} burst ${fault.loss} for ${fault.forMs}`;
    case 'catalogue':
      return `${at} catalogue ${targetText(fault.target)}`;
    case 'replay':
      return `${at} replay ${fault.item}${fault.target === null ? '' : ` to ${nameOf(fault.target)}`}`;
    case 'forge':
      return `${at} forge ${fault.what}`;
  }
}

/** The lines of a schedule; `parseScenario` reads them back. */
export function scenarioText(schedule: Schedule): string {
  const { seed, link, hints, hosts, faults } = schedule;
  const home = link.home === null ? '' : ` home ${link.home}`;
  const subnets = link.subnets === 1 ? '' : ` subnets ${link.subnets}${home}`;
  const { processors } = link;
  const shared = processors ? ` processors ${processors.count} work ${processors.datagramMs}` : '';
  const flags = `${subnets}${shared}${link.multicast ? '' : ' nomulticast'}${hints ? ' hints' : ''}`;
  const net = `net seed ${seed} delay ${link.delayMs} loss ${link.loss} mloss ${link.multicastLoss} dup ${link.duplicates}${flags}`;
  const hostLines = hosts.map((host, index) => {
    const skew = host.skewMs === 0 ? '' : ` skew ${host.skewMs}`;
    const knows = host.knows.length === 0 ? '' : ` knows ${hostsText(host.knows)}`;
    const closed = host.isClosed === true ? ' closed' : '';
    return `host ${nameOf(index)} start ${host.startMs}${skew}${knows}${closed}`;
  });
  const within = schedule.withinMs === undefined ? [] : [`within ${schedule.withinMs}`];
  return [net, ...within, ...hostLines, ...faults.map(faultText), ''].join('\n');
}

/** Words of a line: flags alone, or a name and its value. */
class Words {
  constructor(
    private readonly words: readonly string[],
    private readonly line: string,
  ) {}

  has(flag: string): boolean {
    return this.words.includes(flag);
  }

  text(name: string): string | undefined {
    const at = this.words.indexOf(name);
    return at < 0 ? undefined : this.words[at + 1];
  }

  number(name: string, otherwise?: number): number {
    const text = this.text(name);
    const value = text === undefined ? otherwise : Number(text);
    if (value === undefined || !Number.isFinite(value))
      throw new Error(`"${name}" and a number are missing in: ${this.line}`);
    return value;
  }

  hosts(name: string): number[] {
    return (this.text(name) ?? '')
      .split(',')
      .filter((each) => each !== '' && each !== '-')
      .map(indexOf);
  }
}

function indexOf(name: string): number {
  const index = name.length === 1 ? name.charCodeAt(0) - 97 : Number(name.slice(1));
  if (!Number.isInteger(index) || index < 0) throw new Error(`no host is called "${name}"`);
  return index;
}

function parseFault(words: Words, kind: string, who: string, line: string): Fault {
  const atMs = words.number('at');
  const target = who === 'leader' ? who : /^([a-z]|h\d+)$/.test(who) ? indexOf(who) : 0;
  switch (kind) {
    case 'crash':
      return {
        atMs,
        kind,
        target,
        backMs: words.number('back', NEVER_MS),
        newId: words.has('newid'),
      };
    case 'leave':
      return { atMs, kind, target, backMs: words.number('back', NEVER_MS) };
    case 'pause':
    case 'isolate':
      return { atMs, kind, target, forMs: words.number('for') };
    case 'deaf':
    case 'mute':
      return { atMs, kind, target, to: words.hosts('to'), forMs: words.number('for') };
    case 'split':
      return { atMs, kind, side: words.hosts('split'), forMs: words.number('for') };
    case 'add':
      return { atMs, kind, target: indexOf(who), knows: words.hosts('knows') };
    case 'nat':
      return { atMs, kind, subnet: words.number('nat'), forMs: words.number('for') };
    case 'burst':
      return { atMs, kind, loss: words.number('burst'), forMs: words.number('for') };
    case 'catalogue':
      return { atMs, kind, target };
    case 'replay': {
      const to = words.hosts('to')[0] ?? null;
      const item = Number(who);
      return {
        atMs,
        kind,
        item: Number.isFinite(item) ? item : (who as ElectionMessageType),
        target: to,
      };
    }
    case 'forge': {
      const what = FORGERIES.find((each) => each === who);
      if (what === undefined) throw new Error(`unknown forgery "${who}" in: ${line}`);
      return { atMs, kind, what };
    }
    default:
      throw new Error(`unknown fault "${kind}" in: ${line}`);
  }
}

const parseNever = (words: Words, [, host = '', phase = '']: readonly string[]): Never => ({
  host: indexOf(host),
  phase,
  afterMs: words.number('after', 0),
});

const parseLink = (words: Words): Link => ({
  delayMs: words.number('delay', 0.3),
  loss: words.number('loss', 0),
  multicastLoss: words.number('mloss', 0),
  duplicates: words.number('dup', 0),
  multicast: !words.has('nomulticast'),
  subnets: words.number('subnets', 1),
  home: words.has('home') ? words.number('home') : null,
  ...(words.has('processors')
    ? { processors: { count: words.number('processors'), datagramMs: words.number('work') } }
    : {}),
});

/** Reads a scenario; `#` starts a comment. @throws Error that names the line it cannot read. */
export function parseScenario(text: string): Schedule {
  let seed = 1;
  let hints = false;
  let link = parseLink(new Words([], ''));
  const hosts: Schedule['hosts'][number][] = [];
  const faults: Fault[] = [];
  let within = {};
  let ends = {};
  const never: Never[] = [];
  for (const line of text.split('\n').map((each) => each.replace(/#.*/, '').trim())) {
    if (line === '') continue;
    const list = line.split(/\s+/);
    const words = new Words(list, line);
    if (list[0] === 'net') {
      seed = words.number('seed', 1);
      hints = words.has('hints');
      link = parseLink(words);
    } else if (list[0] === 'host') {
      hosts.push({
        startMs: words.number('start', 0),
        skewMs: words.number('skew', 0),
        knows: words.hosts('knows'),
        ...(words.has('closed') ? { isClosed: true } : {}),
      });
    } else if (list[0] === 'hosts') {
      for (let index = 0; index < words.number('hosts'); index++)
        hosts.push({ startMs: index * words.number('every', 10), skewMs: 0, knows: [] });
    } else if (list[0] === 'at') faults.push(parseFault(words, list[2] ?? '', list[3] ?? '', line));
    else if (list[0] === 'within') within = { withinMs: words.number('within') };
    else if (list[0] === 'never') never.push(parseNever(words, list));
    else if (list[0] === 'ends') ends = { endEpoch: words.number('epoch') };
    else throw new Error(`cannot read: ${line}`);
  }
  return {
    seed,
    link,
    hints,
    hosts,
    faults,
    ...within,
    ...ends,
    ...(never.length === 0 ? {} : { never }),
  };
}
