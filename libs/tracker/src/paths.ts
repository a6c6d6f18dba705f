/** All paths of all peers as one tree: each name stands once below its directory, whoever shares it. */
import { COMPONENT_BYTES_MAX } from '@iwanto/wire';
import { IdPool, withRoom } from './cells.js';
import { IdTable, mix } from './id-table.js';
import { NameBytes, encodeName } from './name-bytes.js';

/** Names are moved together when this much is dropped, and more than is left. */
const DROPPED_BYTES_MIN = 1_048_576;

/** Counts of who needs a node; a node that nobody needs is gone, and its id may come again. */
export class PathTree {
  readonly #ids = new IdPool();
  readonly #table: IdTable;
  readonly #scratch = new Uint8Array(COMPONENT_BYTES_MAX * 3);
  #parent = new Uint32Array(0);
  #offset = new Uint32Array(0);
  #length = new Uint8Array(0);
  #needs = new Uint32Array(0);
  #names = new NameBytes();
  /** While names are moved: nodes below this id are in `#names`, the others still in `#oldNames`. */
  #moved = Infinity;
  #oldNames = this.#names;
  #lastFolder = '';
  #lastFolderNode = 0;

  /** `onForget` hears of each node that nobody needs any more, while it still has its name. */
  constructor(
    private readonly seed: number,
    private readonly onForget: (node: number) => void = () => undefined,
  ) {
    this.#table = new IdTable((node) => this.#hashOf(this.parentOf(node), this.#bytesOf(node)));
  }

  /** The largest node id there is. */
  get last(): number {
    return this.#ids.last;
  }

  parentOf(node: number): number {
    return this.#parent[node] ?? 0;
  }

  nameOf(node: number): string {
    return this.#store(node).text(this.#offset[node] ?? 0, this.#length[node] ?? 0);
  }

  /** How many rows and nodes right below it need a node. */
  needsOf(node: number): number {
    return this.#needs[node] ?? 0;
  }

  /** The whole path of a node; empty for none. */
  pathOf(node: number): string {
    const names: string[] = [];
    for (let at = node; at !== 0; at = this.parentOf(at)) names.unshift(this.nameOf(at));
    return names.join('/');
  }

  /** Bytes of a node's whole path, each name with its separator. */
  pathBytes(node: number): number {
    let bytes = 0;
    for (let at = node; at !== 0; at = this.parentOf(at)) bytes += (this.#length[at] ?? 0) + 1;
    return bytes;
  }

  /** The node of a path, else 0. */
  find(path: string): number {
    let node = 0;
    for (const name of path.split('/')) {
      node = this.#child(node, this.#encode(name));
      if (node === 0) return 0;
    }
    return node;
  }

  /** The node of a path, made when it is new; the caller needs it from now on until `release`. */
  need(path: string): number {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(0, slash));
    const node = this.#childOrNew(this.#folderNode(folder), path.slice(slash + 1));
    this.#needs[node] = (this.#needs[node] ?? 0) + 1;
    return node;
  }

  release(node: number): void {
    for (let at = node; at !== 0;) {
      const needs = (this.#needs[at] ?? 1) - 1;
      this.#needs[at] = needs;
      if (needs > 0) return;
      const parent = this.parentOf(at);
      this.#forget(at);
      at = parent;
    }
  }

  /** Moves up to `count` names when too many dropped ones lie between them; true while there is more to do. */
  compact(count: number): boolean {
    if (this.#moved === Infinity && !this.#startMoving()) return false;
    const end = Math.min(this.#moved + count, this.last + 1);
    for (let node = this.#moved; node < end; node += 1) {
      if (this.#needs[node]) this.#offset[node] = this.#names.add(this.#bytesOf(node));
    }
    this.#moved = end;
    if (end <= this.last) return true;
    this.#moved = Infinity;
    this.#oldNames = this.#names;
    return false;
  }

  #startMoving(): boolean {
    const { droppedBytes, bytes } = this.#names;
    if (droppedBytes < DROPPED_BYTES_MIN || droppedBytes * 2 < bytes) return false;
    this.#oldNames = this.#names;
    this.#names = new NameBytes();
    this.#moved = 1;
    return true;
  }

  #store(node: number): NameBytes {
    return node < this.#moved ? this.#names : this.#oldNames;
  }

  #bytesOf(node: number): Uint8Array {
    return this.#store(node).at(this.#offset[node] ?? 0, this.#length[node] ?? 0);
  }

  /** Neighbours in an announcement mostly stand in one folder. */
  #folderNode(folder: string): number {
    if (folder === '') return 0;
    if (this.#lastFolderNode !== 0 && folder === this.#lastFolder) return this.#lastFolderNode;
    let node = 0;
    for (const name of folder.split('/')) node = this.#childOrNew(node, name);
    this.#lastFolder = folder;
    this.#lastFolderNode = node;
    return node;
  }

  #childOrNew(parent: number, name: string): number {
    const bytes = this.#encode(name);
    return this.#child(parent, bytes) || this.#make(parent, bytes);
  }

  #make(parent: number, bytes: Uint8Array): number {
    const node = this.#ids.take();
    this.#parent = withRoom(this.#parent, node);
    this.#offset = withRoom(this.#offset, node);
    this.#length = withRoom(this.#length, node);
    this.#needs = withRoom(this.#needs, node);
    this.#parent[node] = parent;
    this.#offset[node] = this.#store(node).add(bytes);
    this.#length[node] = bytes.length;
    this.#needs[node] = 0;
    if (parent !== 0) this.#needs[parent] = (this.#needs[parent] ?? 0) + 1;
    this.#table.add(node, this.#hashOf(parent, bytes));
    return node;
  }

  #forget(node: number): void {
    this.onForget(node);
    const bytes = this.#bytesOf(node);
    this.#table.remove(node, this.#hashOf(this.parentOf(node), bytes));
    this.#store(node).drop(bytes.length);
    if (node === this.#lastFolderNode) this.#lastFolderNode = 0;
    this.#ids.giveBack(node);
  }

  #child(parent: number, bytes: Uint8Array): number {
    return this.#table.find(
      this.#hashOf(parent, bytes),
      (node) => this.#parent[node] === parent && this.#isNamed(node, bytes),
    );
  }

  #isNamed(node: number, bytes: Uint8Array): boolean {
    if (this.#length[node] !== bytes.length) return false;
    const own = this.#bytesOf(node);
    return bytes.every((byte, at) => own[at] === byte);
  }

  #encode(name: string): Uint8Array {
    return this.#scratch.subarray(0, encodeName(name, this.#scratch));
  }

  #hashOf(parent: number, bytes: Uint8Array): number {
    let hash = mix(parent, this.seed);
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
    return mix(hash, this.seed);
  }
}
