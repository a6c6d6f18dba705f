/** Whole downloads between real uploaders and downloaders: CURVE over loopback, real disks, a stand-in for the indexer. */
import { createCipheriv, generateKeyPairSync } from 'node:crypto';
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach } from '@jest/globals';
import { type Content, type CurveKeys, type Download as View, servePieces } from '@iwanto/bus';
import {
  FileRootBuilder,
  type ManifestEntry,
  directoryRoot,
  encodeManifest,
  loadBlake3,
  manifestTotals,
} from '@iwanto/merkle';
import { openTransferStore } from '@iwanto/store';
import {
  type FileHash,
  type Holder,
  type Claim,
  PIECE_BYTES,
  type PeerId,
  type PieceRequest,
  type PublicKey,
} from '@iwanto/wire';
import { usableFolder } from '../disk/download-folder.js';
import type { DownloadTools, StartQuestion } from '../downloading/download-spec.js';
import { Downloads } from '../downloading/downloads.js';
import { Liars } from '../sources/liars.js';
import { Lines, type LinesOptions } from '../sources/lines.js';
import { Pace } from '../pace.js';
import { busOf } from './bus-of.js';
import { Holdings } from '../uploading/holdings.js';
import { Kept } from '../uploading/kept.js';
import { Uploader } from '../uploading/uploader.js';

export const blake3 = await loadBlake3();

export const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export const nowMs = () => performance.now();
export const newKeys = (): CurveKeys => {
  const { d, x } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const hex = (text = '') => Buffer.from(text, 'base64url').toString('hex');
  return { publicKey: hex(x) as PublicKey, secretKey: hex(d) };
};
export const newDir = (name: string): string => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), `iwanto-${name}-`)));
  closing.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};
/** Bytes that differ in every piece. */
export const bytesOf = (length: number, seed = 1): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(
    Buffer.alloc(length),
  );

interface Question {
  readonly hash: FileHash;
  readonly hashes: FileHash[];
  readonly first: number;
  readonly count: number;
  readonly offset: number;
}

/** What an indexer knows: just enough of it to serve. */
export class Shelf {
  readonly contents = new Map<FileHash, Content>();
  readonly digests = new Map<FileHash, Uint8Array>();
  readonly manifests = new Map<FileHash, Uint8Array>();
  /** Claims about a hash that differ from `names`. */
  readonly others = new Map<FileHash, Claim[]>();
  readonly names = new Map<FileHash, { name: string; size: number; kind: 'file' | 'directory' }>();

  file(path: string): { root: FileHash; size: number } {
    const bytes = readFileSync(path);
    const builder = new FileRootBuilder(blake3);
    const digests: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const digest = blake3.hash(bytes.subarray(at, at + PIECE_BYTES));
      digests.push(digest);
      builder.push(digest);
    }
    const root = builder.finish(bytes.length);
    const stat = statSync(path, { bigint: true });
    this.contents.set(root, {
      ...{ kind: 'file', hash: root, path, size: bytes.length },
      ...{ device: String(stat.dev), inode: String(stat.ino) },
      ...{ mtimeNs: String(stat.mtimeNs), ctimeNs: String(stat.ctimeNs) },
    });
    this.digests.set(root, Buffer.concat(digests));
    this.names.set(root, { name: basename(path), size: bytes.length, kind: 'file' });
    return { root, size: bytes.length };
  }

  directory(path: string): { root: FileHash; bytes: number; files: number } {
    const entries = readdirSync(path).map((name): ManifestEntry => {
      const inside = join(path, name);
      const stat = lstatSync(inside);
      if (stat.isSymbolicLink()) return { kind: 'symlink', name, target: readlinkSync(inside) };
      if (stat.isDirectory()) return { kind: 'directory', name, ...this.directory(inside) };
      const exec = (stat.mode & 0o100) !== 0;
      const mtimeSeconds = Math.floor(stat.mtimeMs / 1_000);
      return { kind: 'file', name, exec, mtimeSeconds, ...this.file(inside) };
    });
    return this.manifest(basename(path), entries, path);
  }

  /** A directory that is made up, unless it has a path. */
  manifest(name: string, entries: ManifestEntry[], path = '/nowhere') {
    const totals = manifestTotals(entries);
    const root = this.raw(name, encodeManifest(entries), totals.bytes, path);
    return { root, ...totals };
  }

  raw(name: string, manifest: Uint8Array, size: number, path = '/nowhere'): FileHash {
    const hash = directoryRoot(blake3, manifest);
    this.manifests.set(hash, manifest);
    this.contents.set(hash, { kind: 'directory', hash, manifestBytes: manifest.length, path });
    this.names.set(hash, { name, size, kind: 'directory' });
    return hash;
  }

  readonly call = (async (verb: string, question: Question) => {
    const { hash, hashes, first, count, offset } = question;
    if (verb === 'content.find') {
      const known = hashes.map((one) => this.contents.get(one));
      return { contents: known.filter((content) => content !== undefined) };
    }
    if (verb === 'content.digests') {
      const digests = this.digests.get(hash)!;
      return { digests: digests.subarray(first * 32, (first + count) * 32) };
    }
    const manifest = this.manifests.get(hash)!;
    const bytes = manifest.subarray(offset, offset + 524_288);
    return { bytes, manifestBytes: manifest.length };
  }) as never;
}

export type Answer = Parameters<typeof servePieces>[0]['answer'];
let peers = 0;

/** A peer that shares the contents of the shelf. `bend` may change how it answers. */
export const share = async (
  shelf: Shelf,
  bend: (honest: Answer) => Answer = (honest) => honest,
  holdings = new Holdings({ nowMs, onChange: () => undefined }),
  rootsOf?: LinesOptions['rootsOf'],
) => {
  const keys = newKeys();
  const onTrouble = () => undefined;
  const pace = new Pace(() => undefined);
  const uploader = new Uploader({
    ...{ bus: { call: shelf.call }, blake3, holdings, nowMs, onTrouble, pace, rootsOf },
  });
  const asked: PieceRequest[] = [];
  const honest: Answer = (request, asker) => uploader.answer(request, asker);
  const bent = bend(honest);
  const server = await servePieces({
    ...{ keys, port: 0, addresses: () => ['127.0.0.1'] },
    answer: (request, asker) => {
      asked.push(request);
      return bent(request, asker);
    },
  });
  peers += 1;
  const holder: Holder = {
    peer: peers.toString(16).padStart(20, '0') as PeerId,
    address: '127.0.0.1',
    port: server.port,
    curveKey: keys.publicKey,
  };
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await server.close();
    uploader.close();
  };
  closing.push(close);
  return { holder, asked, uploader, close };
};

interface HomeOptions {
  readonly inMemory?: DownloadTools['inMemory'];
  readonly trusted?: PeerId;
  readonly shelf: Shelf;
  readonly holders: Holder[];
  readonly dir?: string;
  readonly noSourceLimitMs?: number;
  readonly onLocate?: (question: object) => void;
  readonly self?: PeerId;
  readonly holdings?: Holdings;
  readonly rootsOf?: LinesOptions['rootsOf'];
  readonly holdersOf?: (peers: readonly PeerId[]) => Holder[];
  readonly sharedAt?: (root: FileHash) => Promise<string | undefined>;
}

/** The views that downloads published, and waiting for them. */
class Told {
  readonly views: View[] = [];
  readonly #waiting = new Set<() => void>();

  readonly tell = (view: View): void => {
    this.views.push(view);
    for (const wake of this.#waiting) wake();
  };

  readonly until = async (is: (view: View) => boolean, limitMs = 40_000): Promise<View> => {
    let timer: NodeJS.Timeout | undefined;
    let wake: () => void = () => undefined;
    try {
      return await new Promise<View>((resolve, reject) => {
        wake = () => {
          const view = this.views.findLast(is);
          if (view) resolve(view);
        };
        this.#waiting.add(wake);
        timer = setTimeout(
          () => reject(new Error(`not within ${limitMs} ms: ${JSON.stringify(this.views.at(-1))}`)),
          limitMs,
        );
        wake();
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wake);
    }
  };
}

const ended = ({ state }: View) => ['done', 'failed', 'cancelled', 'paused'].includes(state);

/** The downloading side of one peer; one that is opened again in the same directory is a new process. */
export const openHome = (options: HomeOptions) => {
  const { shelf, holders, dir = newDir('home'), noSourceLimitMs = 20_000 } = options;
  const told = new Told();
  const journal = openTransferStore({ path: join(dir, 'transfer.db'), nowMs: 1 });
  const { self = 'ff'.repeat(10) as PeerId, holdersOf = () => [] } = options;
  const { holdings = new Holdings({ nowMs, onChange: () => undefined }) } = options;
  const kept = new Kept({ store: journal.held, holdings, blake3, max: 100 });
  closing.push(() => kept.close());
  const lines = new Lines({ keys: newKeys(), self, nowMs, rootsOf: options.rootsOf });
  const liars = new Liars(nowMs);
  const into = join(dir, 'downloads');
  const bus = busOf(shelf, holders, options.onLocate);
  const downloads = new Downloads({
    ...{ bus, self },
    folders: {
      named: (path) => usableFolder(path, [], true),
      known: (path = into) => usableFolder(path, [], true),
    },
    tools: {
      ...{ bus, lines, blake3, journal, nowMs, noSourceLimitMs, tell: told.tell },
      ...{ holdings, kept, serves: true, holdersOf },
      sharedAt: options.sharedAt ?? (() => Promise.resolve(undefined)),
      pace: new Pace(() => undefined),
      isAllowed: ({ peer }) => peer !== self,
      isTrusted: (peer) => options.trusted === peer,
      liars,
      onTrouble: () => undefined,
      inMemory: options.inMemory ?? (async () => []),
    },
  });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await downloads.stopAll();
    lines.closeAll();
    journal.close();
  };
  closing.push(close);
  const fetch = async (hash: FileHash, more: Partial<StartQuestion> = {}) => {
    told.views.length = 0;
    const view = await downloads.start({ hash, overwrite: false, ...more });
    return ended(view) ? view : told.until(ended);
  };
  const { views, until } = told;
  return { dir, into, downloads, journal, holdings, kept, liars, views, until, fetch, close };
};

export const newFile = (dir: string, name: string, bytes: Uint8Array): string => {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
};
