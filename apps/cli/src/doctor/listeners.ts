/** Which process holds which port of this host, as far as Linux shows it to this user. */
import { readFile, readdir, readlink } from 'node:fs/promises';

export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** The inode of the socket. */
  readonly inode: string;
}

/** The state of a TCP socket that listens, and of a UDP socket that is bound, in /proc/net. */
const TCP_LISTENS = '0A';

const TABLES = [
  ['tcp', '/proc/net/tcp'],
  ['tcp', '/proc/net/tcp6'],
  ['udp', '/proc/net/udp'],
  ['udp', '/proc/net/udp6'],
] as const;

export async function listeners(): Promise<Listener[]> {
  const tables = await Promise.all(
    TABLES.map(async ([protocol, path]) =>
      rowsOf(protocol, await readFile(path, 'utf8').catch(() => '')),
    ),
  );
  return tables.flat();
}

/** The rows of one table of /proc/net. */
export function rowsOf(protocol: Listener['protocol'], table: string): Listener[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local && (protocol === 'udp' || state === TCP_LISTENS))
    .map((fields) => ({
      protocol,
      port: Number.parseInt(fields[1]?.split(':')[1] ?? '0', 16),
      inode: fields[9] ?? '',
    }));
}

/** Processes scanned for the holder of a socket. */
const PROCESSES_MAX = 4_096;

/** "name (process 123)" of the process that holds a socket; undefined if this user may not see it. */
export async function holderOf(inode: string): Promise<string | undefined> {
  const wanted = `socket:[${inode}]`;
  const pids = (await readdir('/proc').catch((): string[] => [])).filter((name) =>
    /^\d+$/.test(name),
  );
  for (const pid of pids.slice(0, PROCESSES_MAX)) {
    const open = await readdir(`/proc/${pid}/fd`).catch((): string[] => []);
    const links = await Promise.all(
      open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
    );
    if (!links.includes(wanted)) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a program');
    return `${name.trim()} (process ${pid})`;
  }
  return undefined;
}
