/** Serves pieces, digests and manifests of what this host shares, each checked to be still what was hashed. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Bus,
  type Content,
  OutgoingFrame,
  type PieceAsker,
  type PieceReply,
} from '@iwanto/bus';
import { type Blake3, FileRootBuilder, pieceBytes } from '@iwanto/merkle';
import type { GroupRoots } from '@iwanto/service';
import {
  type FileHash,
  PIECE_BYTES,
  type PieceRequest,
  type Refusal,
  codeOf,
  pieceCount,
  reasonOf,
} from '@iwanto/wire';
import { isContentOf, readInto } from '../disk/small-files.js';
import { isPacked } from '../disk/units.js';
import { ContentLookup } from './content-lookup.js';
import { Fetchers } from './fetchers.js';
import { HaveAnswers } from './have-answers.js';
import type { HeldContent } from './held-content.js';
import type { HaveLog } from './have-log.js';
import type { Holdings } from './holdings.js';
import { type FileEntry, ManifestEntries } from './manifest-entries.js';
import { TimesSent } from './times-sent.js';
import { type FileContent, OpenFiles } from './open-files.js';
import type { Pace } from '../pace.js';
import { UploadLog } from './upload-log.js';
import { Uploads } from './uploads.js';

/** Files of one piece up to this size are hashed before they are sent: it costs less than the look-up. */
const CHECKED_BYTES_MAX = 65_536;

export interface UploaderOptions {
  readonly bus: Pick<Bus, 'call'>;
  readonly blake3: Blake3;
  /** What this host fetches or fetched. */
  readonly holdings: Pick<Holdings, 'find'>;
  readonly nowMs: () => number;
  /** The limit on everything that is sent. */
  readonly pace: Pace;
  /** How members of a group name its contents. */
  readonly rootsOf?: ((group: string) => GroupRoots | undefined) | undefined;
  /** One sentence for the log. */
  readonly onTrouble: (sentence: string) => void;
  /** The same for ordinary events: who fetches what. */
  readonly onInfo?: (sentence: string) => void;
}

const refused = (reason: Refusal): PieceReply => ({ type: 'refused', reason });

export class Uploader {
  readonly contents: ContentLookup;
  readonly sent: Uploads;
  readonly timesSent = new TimesSent();
  readonly #files: OpenFiles;
  readonly #manifests: ManifestEntries;
  readonly #haveAnswers: HaveAnswers;
  readonly #log: UploadLog;

  constructor(private readonly options: UploaderOptions) {
    this.contents = new ContentLookup(options.bus, options.nowMs);
    this.#files = new OpenFiles(options.nowMs);
    this.sent = new Uploads(options.nowMs);
    this.#manifests = new ManifestEntries(this.contents);
    this.#haveAnswers = new HaveAnswers(new Fetchers(options.nowMs));
    this.#log = new UploadLog({ nowMs: options.nowMs, info: (line) => options.onInfo?.(line) });
  }

  /** Never rejects: each request gets its answer or a reason. */
  async answer(request: PieceRequest, asker: PieceAsker): Promise<PieceReply> {
    try {
      const reply = await this.#giveAny(request, asker);
      if (reply.type === 'data') {
        this.#log.sent(asker.peer, request.root, reply.body.length);
        await this.#count(request, reply.body.length);
      }
      return reply;
    } catch (cause) {
      return this.#refusalFor(cause, request.root);
    }
  }

  /** The same for this host itself: nothing is counted as sent. */
  async giveHere(request: PieceRequest): Promise<PieceReply> {
    try {
      return await this.#giveContent(request, await this.options.holdings.find(request.root));
    } catch (cause) {
      return this.#refusalFor(cause, request.root);
    }
  }

  /** How much of a content is here: everything, what a log says, or nothing. */
  async hereOf(root: FileHash): Promise<'all' | HaveLog | undefined> {
    return this.#hereOf(root, await this.options.holdings.find(root));
  }

  close(): void {
    this.#log.close();
    this.#files.closeAll();
  }

  async #count(request: PieceRequest, bytes: number): Promise<void> {
    this.sent.note(request.root, bytes);
    if (request.ask === 'piece' || request.ask === 'pack') this.timesSent.note(request);
    const waitMs = this.options.pace.take(bytes, this.options.nowMs());
    if (waitMs > 0) await delay(waitMs);
  }

  async #giveAny(request: PieceRequest, asker: PieceAsker): Promise<PieceReply> {
    const held = await this.options.holdings.find(request.root);
    if (request.ask === 'have') return this.#giveHave(request, asker, held);
    return this.#giveContent(request, held);
  }

  async #giveContent(request: PieceRequest, held: HeldContent | undefined): Promise<PieceReply> {
    const reply = await held?.give(request);
    if (reply && (reply.type === 'data' || reply.reason !== 'notFound')) return reply;
    return this.#give(request);
  }

  /** A content that is shared, or was fetched, is complete; an unfinished one is there as far as its log says. */
  async #giveHave(
    request: PieceRequest,
    asker: PieceAsker,
    held: HeldContent | undefined,
  ): Promise<PieceReply> {
    const here = await this.#hereOf(request.root, held);
    if (here === undefined) return refused('notFound');
    const log = here === 'all' ? undefined : here;
    return { type: 'data', body: await this.#haveAnswers.answer(request, asker, log) };
  }

  async #hereOf(root: FileHash, held: HeldContent | undefined) {
    if ((await this.contents.find(root)) !== undefined) return 'all';
    if (!held || (held.log && held.as.root !== root)) return undefined;
    return held.log ?? 'all';
  }

  async #give(request: PieceRequest): Promise<PieceReply> {
    const { ask, root, first, count } = request;
    const content = await this.contents.find(root);
    if (!content) return refused('notFound');
    if (ask === 'pack') return this.#givePack(request, content);
    if (ask === 'manifest') {
      if (content.kind !== 'directory') return refused('notFound');
      return this.#giveManifest(root, content.manifestBytes, first);
    }
    if (content.kind !== 'file') return refused('notFound');
    const pieces = pieceCount(content.size);
    if (first >= pieces || first + count > pieces) return refused('range');
    if (ask === 'piece') return this.#givePiece(content, first);
    return { type: 'data', body: await this.contents.digests(root, first, count) };
  }

  async #giveManifest(root: FileHash, bytes: number, part: number): Promise<PieceReply> {
    const offset = part * PIECE_BYTES;
    if (offset > bytes) return refused('range');
    return { type: 'data', body: await this.contents.manifest(root, offset, PIECE_BYTES) };
  }

  /** Files of a shared directory, each read whole and proved by its root. */
  async #givePack({ root, first, count }: PieceRequest, content: Content): Promise<PieceReply> {
    if (content.kind !== 'directory') return refused('notFound');
    const entries = await this.#manifests.entries(root, content.manifestBytes);
    if (first + count > entries.length) return refused('range');
    const files = entries.slice(first, first + count).flatMap((entry) => {
      return entry.kind === 'file' && isPacked(entry) ? [entry] : [];
    });
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > PIECE_BYTES) return refused('range');
    const roots = content.group && this.options.rootsOf?.(content.group.name);
    const named = ({ root: of }: FileEntry) => roots?.blind(of) ?? of;
    return this.#inFrame(bytes, async (body) => {
      let at = 0;
      const elsewhere: (readonly [FileEntry, Uint8Array])[] = [];
      for (const file of files) {
        const place = body.subarray(at, (at += file.size));
        if (file.size > 0 && !this.#readNamed(content.path, file, place))
          elsewhere.push([file, place]);
      }
      const found = await Promise.all(elsewhere.map(([file]) => this.contents.find(named(file))));
      return elsewhere.every(([file, place], nth) => this.#readSmall(file, found[nth], place));
    });
  }

  /**
   * Where the directory says that it is: its root proves it, so the indexer need not be asked about each file. False
   * if it is not there, or not as it was hashed; an equal one may be elsewhere.
   */
  #readNamed(directory: string, file: FileEntry, body: Uint8Array): boolean {
    try {
      return (
        readInto(`${directory}/${file.name}`, body) === file.size &&
        isContentOf(this.options.blake3, file, body)
      );
    } catch {
      return false;
    }
  }

  /** False if the file has changed or is gone. */
  #readSmall(file: FileEntry, content: Content | undefined, body: Uint8Array): boolean {
    if (content?.kind !== 'file') return false;
    const isWhole = readInto(content.path, body) === file.size;
    if (isWhole && isContentOf(this.options.blake3, file, body)) return true;
    this.#forget(content);
    return false;
  }

  #givePiece(content: FileContent, index: number): Promise<PieceReply> {
    return this.#inFrame(pieceBytes(content.size, index), async (body) => {
      const isWhole = await this.#files.read(content, body, index * PIECE_BYTES);
      if (isWhole && this.#isRight(content, body)) return true;
      this.#forget(content);
      return false;
    });
  }

  /** A reply in its frame; `fill` says whether what it put there is what was asked for. */
  async #inFrame(
    bytes: number,
    fill: (body: Uint8Array) => boolean | Promise<boolean>,
  ): Promise<PieceReply> {
    const frame = new OutgoingFrame(bytes);
    const { body } = frame;
    let isRight = false;
    try {
      isRight = await fill(body);
    } finally {
      if (!isRight) frame.release();
    }
    return isRight ? { type: 'data', body, frame } : refused('changed');
  }

  #isRight(content: FileContent, body: Uint8Array): boolean {
    if (content.size > CHECKED_BYTES_MAX) return true;
    const builder = new FileRootBuilder(this.options.blake3);
    builder.push(this.options.blake3.hash(body));
    return builder.finish(content.size) === (content.group?.hash ?? content.hash);
  }

  #forget(content: FileContent): void {
    this.#files.forget(content.path);
    this.contents.lookAgain(content.hash);
  }

  #refusalFor(cause: unknown, root: FileHash): PieceReply {
    this.contents.forget(root);
    const code = codeOf(cause);
    switch (code) {
      case 'E_NOT_FOUND':
        return refused('notFound');
      case 'ENOENT':
      case 'ENOTDIR':
      case 'ELOOP':
        this.contents.lookAgain(root);
        return refused('notFound');
      case 'E_CHANGED':
        return refused('changed');
      case 'E_RANGE':
        return refused('range');
      // The indexer is away or the host is out of descriptors: a later attempt may succeed.
      case 'E_NOT_RUNNING':
      case 'E_TIMEOUT':
      case 'E_LIMIT':
      case 'EMFILE':
      case 'ENFILE':
        return refused('busy');
      default:
        this.options.onTrouble(`A piece of ${root} could not be sent: ${reasonOf(cause)}.`);
        return refused('unexpected');
    }
  }
}
