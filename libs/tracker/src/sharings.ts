/** Who shares what under which path: one row per peer and path, chained by content and by path. */
import { IdPool, ROOM_STEP, withRoom } from './cells.js';

/** The fields of one row. */
export interface Sharing {
  /** The slot of the peer's book. */
  readonly slot: number;
  readonly node: number;
  readonly content: number;
  /** When the file was last changed, in seconds since 1970; 0 if that is unknown. */
  readonly modifiedSeconds: number;
}

/** One doubly linked list through the rows for each owner, so that a row leaves in constant time. */
class Chain {
  #first = new Uint32Array(0);
  #next = new Uint32Array(0);
  #previous = new Uint32Array(0);

  first(owner: number): number {
    return this.#first[owner] ?? 0;
  }

  next(row: number): number {
    return this.#next[row] ?? 0;
  }

  makeRoom(row: number): void {
    this.#next = withRoom(this.#next, row);
    this.#previous = withRoom(this.#previous, row);
  }

  /** Adds a row, which must fit. */
  add(owner: number, row: number): void {
    this.#first = withRoom(this.#first, owner);
    const first = this.first(owner);
    this.#next[row] = first;
    this.#previous[row] = 0;
    if (first !== 0) this.#previous[first] = row;
    this.#first[owner] = row;
  }

  remove(owner: number, row: number): void {
    const next = this.next(row);
    const previous = this.#previous[row] ?? 0;
    if (next !== 0) this.#previous[next] = previous;
    if (previous !== 0) this.#next[previous] = next;
    else this.#first[owner] = next;
  }
}

export class Sharings {
  readonly #ids = new IdPool();
  readonly #ofContent = new Chain();
  readonly #ofNode = new Chain();
  #slot = new Uint16Array(0);
  #node = new Uint32Array(0);
  #content = new Uint32Array(0);
  #modified = new Uint32Array(0);
  /** The largest row that fits. */
  #room = -1;

  get count(): number {
    return this.#ids.inUse;
  }

  slotOf(row: number): number {
    return this.#slot[row] ?? 0;
  }

  nodeOf(row: number): number {
    return this.#node[row] ?? 0;
  }

  contentOf(row: number): number {
    return this.#content[row] ?? 0;
  }

  modifiedOf(row: number): number {
    return this.#modified[row] ?? 0;
  }

  setModified(row: number, seconds: number): void {
    this.#modified[row] = seconds;
  }

  /** The first row of a content; continue with `nextOfContent` until 0. */
  firstOfContent(content: number): number {
    return this.#ofContent.first(content);
  }

  nextOfContent(row: number): number {
    return this.#ofContent.next(row);
  }

  /** The first row of a path; continue with `nextOfNode` until 0. */
  firstOfNode(node: number): number {
    return this.#ofNode.first(node);
  }

  nextOfNode(row: number): number {
    return this.#ofNode.next(row);
  }

  add({ slot, node, content, modifiedSeconds }: Sharing): number {
    const row = this.#ids.take();
    if (row > this.#room) this.#makeRoom(row + ROOM_STEP);
    this.#modified[row] = modifiedSeconds;
    this.#slot[row] = slot;
    this.#node[row] = node;
    this.#content[row] = content;
    this.#ofContent.add(content, row);
    this.#ofNode.add(node, row);
    return row;
  }

  #makeRoom(row: number): void {
    this.#slot = withRoom(this.#slot, row);
    this.#node = withRoom(this.#node, row);
    this.#content = withRoom(this.#content, row);
    this.#modified = withRoom(this.#modified, row);
    this.#ofContent.makeRoom(row);
    this.#ofNode.makeRoom(row);
    this.#room = row;
  }

  remove(row: number): void {
    this.#ofContent.remove(this.contentOf(row), row);
    this.#ofNode.remove(this.nodeOf(row), row);
    this.#ids.giveBack(row);
  }
}
