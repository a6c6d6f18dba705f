/** Disks that lose something, backed by a file and mounted in a mount namespace of their own: nobody else sees them. */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type PeerHost, within } from '@iwanto/peer';

const MOUNT_LIMIT_MS = 30_000;
/** The namespace ends by itself after this time if a test is killed before its clean-up, in seconds. */
const LASTS_S = 600;

interface Kind {
  readonly make: string;
  /** The driver of the kernel, or what mounts the loop device `$loop` at `$dir` without one. */
  readonly mount: string;
  readonly bytes: number;
}

const MEBIBYTE = 1_048_576;

/** By the name of the file system. */
const KINDS = {
  vfat: { make: 'mkfs.vfat -F 32', mount: 'mount -t vfat $loop $dir', bytes: 6_144 * MEBIBYTE },
  exfat: {
    make: 'mkfs.exfat',
    mount: 'mount -t exfat $loop $dir || mount.exfat-fuse $loop $dir',
    bytes: 64 * MEBIBYTE,
  },
  ntfs: {
    make: 'mkfs.ntfs -F -q',
    mount: 'mount -t ntfs3 -o windows_names $loop $dir || ntfs-3g -o windows_names $loop $dir',
    bytes: 64 * MEBIBYTE,
  },
  btrfs: { make: 'mkfs.btrfs -q', mount: 'mount $loop $dir', bytes: 256 * MEBIBYTE },
  xfs: { make: 'mkfs.xfs -q', mount: 'mount $loop $dir', bytes: 320 * MEBIBYTE },
} as const satisfies Record<string, Kind>;

export type DiskKind = keyof typeof KINDS;

/** The file is deleted as soon as it is mounted: the loop device is freed with the mount. */
const script = ({ make, mount, bytes }: Kind) => `
  set -e
  mkdir $dir
  truncate -s ${bytes} $dir.img
  ${make} $dir.img >&2
  loop=$(losetup -f --show $dir.img)
  trap 'losetup -d $loop' EXIT
  { ${mount}; } >&2
  losetup -d $loop
  trap - EXIT
  echo mounted
  exec sleep ${LASTS_S}
`;

/** A mount namespace with one disk; programs that are started in it see the disk. */
export class DiskRoom implements PeerHost {
  constructor(
    private readonly holder: ChildProcess,
    /** Where the disk is mounted, for programs inside. */
    readonly dir: string,
  ) {}

  /** A path inside, as seen from this process. */
  path(...names: string[]): string {
    return join('/proc', String(this.holder.pid), 'root', this.dir, ...names);
  }

  spawn(command: string, words: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn('nsenter', [...this.#inside, command, ...words], options);
  }

  /** Runs a command inside to its end; throws if it fails. */
  run(command: string, ...words: string[]): void {
    const { status, stderr } = spawnSync('nsenter', [...this.#inside, command, ...words], {
      encoding: 'utf8',
      timeout: MOUNT_LIMIT_MS,
    });
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  }

  /** Removes the disk; everything that uses it must have ended. */
  close(): void {
    try {
      this.run('umount', this.dir);
    } finally {
      this.holder.kill('SIGKILL');
    }
  }

  get #inside(): string[] {
    return ['--target', String(this.holder.pid), '--mount', '--'];
  }
}

/** Mounts a new disk of that kind at `dir`, which is made; a sentence if that is unavailable here. */
export async function openDisk(kind: DiskKind, dir: string): Promise<DiskRoom | string> {
  if (process.platform !== 'linux') return 'mount namespaces exist on Linux only';
  if (process.geteuid?.() !== 0) return 'to mount a disk needs root';
  await mkdir(join(dir, '..'), { recursive: true });
  const holder = spawn(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', script(KINDS[kind])],
    { env: { ...process.env, dir }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const mounted = once(createInterface({ input: holder.stdout }), 'line').then(() => true);
  const failed = once(holder, 'exit').then(() => false);
  const isMounted = await within(
    MOUNT_LIMIT_MS,
    `a disk of ${kind}`,
    Promise.race([mounted, failed]),
  );
  return isMounted
    ? new DiskRoom(holder, dir)
    : `no disk of ${kind}: ${said.trim().split('\n').at(-1) ?? ''}`;
}
