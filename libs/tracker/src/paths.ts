/** All paths of all peers as one tree: each name occurs once below its directory, whoever shares it. */
import { PATH_BYTES_MAX } from '@iwanto/wire';
import { IdPool, ROOM_STEP, withRoom } from './cells.js';
import { IdTable, mix } from './id-table.js';
import { EncodedName, NameBytes } from './name-bytes.js';

/** Names are compacted when this much is dropped, and more than is left. */
const DROPPED_BYTES_MIN = 1_048_576;
/** `/` */
const SLASH = 47;

/** Reference counts of nodes; a node without references is gone, and its id may be reused. */
export class PathTree {
  readonly #ids = new IdPool();
  readonly #table: IdTable;
  /** The path asked about, narrowed to one of its names after the other. */
  #path = new EncodedName(PATH_BYTES_MAX * 3);
  /** The path before and the folders along it: neighbours in an announcement mostly share most of them. */
  #pathBefore = new EncodedName(PATH_BYTES_MAX * 3);
  readonly #folders: number[] = [];
  /** Where the name of each ends in that path. */
  readonly #ends: number[] = [];
  #depth = 0;
  #parent = new Uint32Array(0);
  #offset = new Uint32Array(0);
  #length = new Uint8Array(0);
  #needs = new Uint32Array(0);
  /** The largest node that fits. */
  #room = -1;
  #names = new NameBytes();
  /** While names are moved: nodes below this id are in `#names`, the others still in `#oldNames`. */
  #moved = Infinity;
  #oldNames = this.#names;

  /** `onForget` is called for each node that is no longer needed, while it still has its name. */
  constructor(
    private readonly seed: number,
    private readonly onForget: (node: number) => void = () => undefined,
  ) {
    this.#table = new IdTable((node) => this.#hashOf(node));
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
    this.#path.set(path);
    return this.#walk((parent, hash) => this.#child(parent, hash));
  }

  /** The node of a path, created when it is new; the caller holds a reference until `release`. */
  need(path: string): number {
    this.#path.set(path);
    const node = this.#walk(
      (parent, hash) => this.#child(parent, hash) || this.#make(parent, hash),
    );
    this.#needs[node] = (this.#needs[node] ?? 0) + 1;
    return node;
  }

  /** Goes down the path that was set last, name by name, while `step` gives a node; gives the last one. */
  #walk(step: (parent: number, hash: number) => number): number {
    const path = this.#path;
    const { bytes, length } = path;
    let depth = this.#sharedFolders();
    let node = this.#folders[depth - 1] ?? 0;
    let from = depth === 0 ? 0 : (this.#ends[depth - 1] ?? 0) + 1;
    for (let at = from; at <= length; at += 1) {
      if (at < length && bytes[at] !== SLASH) continue;
      path.narrow(from, at);
      node = step(node, this.#hashBelow(node));
      if (node === 0 || at === length) break;
      this.#folders[depth] = node;
      this.#ends[depth] = at;
      depth += 1;
      from = at + 1;
    }
    this.#depth = depth;
    [this.#path, this.#pathBefore] = [this.#pathBefore, path];
    return node;
  }

  /** How many folders the path that was set last has in common with the one before. */
  #sharedFolders(): number {
    const [{ bytes, length }, { bytes: before }] = [this.#path, this.#pathBefore];
    let at = 0;
    for (let depth = 0; depth < this.#depth; depth += 1) {
      const end = this.#ends[depth] ?? 0;
      while (at <= end && at < length && bytes[at] === before[at]) at += 1;
      if (at <= end) return depth;
    }
    return this.#depth;
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

  /** Moves up to `count` names when too many dropped ones are between them; true while there is more to do. */
  compact(count: number): boolean {
    if (this.#moved === Infinity && !this.#startMoving()) return false;
    const end = Math.min(this.#moved + count, this.last + 1);
    for (let node = this.#moved; node < end; node += 1) {
      if (!this.#needs[node]) continue;
      const [offset, length] = [this.#offset[node] ?? 0, this.#length[node] ?? 0];
      this.#offset[node] = this.#names.addFrom(this.#store(node), offset, length);
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

  #make(parent: number, hash: number): number {
    const node = this.#ids.take();
    if (node > this.#room) this.#makeRoom(node + ROOM_STEP);
    this.#parent[node] = parent;
    this.#offset[node] = this.#store(node).add(this.#path);
    this.#length[node] = this.#path.length;
    this.#needs[node] = 0;
    if (parent !== 0) this.#needs[parent] = (this.#needs[parent] ?? 0) + 1;
    this.#table.add(node, hash);
    return node;
  }

  #makeRoom(node: number): void {
    this.#parent = withRoom(this.#parent, node);
    this.#offset = withRoom(this.#offset, node);
    this.#length = withRoom(this.#length, node);
    this.#needs = withRoom(this.#needs, node);
    this.#room = node;
  }

  #forget(node: number): void {
    this.onForget(node);
    this.#table.remove(node, this.#hashOf(node));
    this.#store(node).drop(this.#length[node] ?? 0);
    this.#depth = 0;
    this.#ids.giveBack(node);
  }

  /** The child that has the name to which the path is narrowed. */
  #child(parent: number, hash: number): number {
    return this.#table.find(hash, (node) => this.#parent[node] === parent && this.#isNamed(node));
  }

  #isNamed(node: number): boolean {
    if (this.#length[node] !== this.#path.length) return false;
    return this.#store(node).equals(this.#offset[node] ?? 0, this.#path);
  }

  #hashBelow(parent: number): number {
    return mix(this.#path.hash(mix(parent, this.seed)), this.seed);
  }

  #hashOf(node: number): number {
    const seed = mix(this.parentOf(node), this.seed);
    const length = this.#length[node] ?? 0;
    return mix(this.#store(node).hash(this.#offset[node] ?? 0, length, seed), this.seed);
  }
}
