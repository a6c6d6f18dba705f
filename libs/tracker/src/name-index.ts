/** One generation of the index: which names have which words. Names are added and struck out, never changed. */
import { withRoom } from './cells.js';
import { type ListReader, Postings } from './postings.js';
import { type Text, tellingWords, termsOf } from './tokens.js';
import { Vocabulary } from './vocabulary.js';

const LENGTH_MAX = 127;
/** The bit beside the length of an entry that says that it contains others. */
const FOLDER_BIT = 128;
/** An entry's node and its folder, side by side, as a query looks at both of very many. */
const FIELDS = 2;

export class NameIndex {
  readonly vocabulary: Vocabulary;
  readonly #postings = new Postings();
  /** Each addition has a number of its own, never reused: entries of deleted names can refer to nothing else. */
  #last = 0;
  #entries = new Uint32Array(0);
  #entryOf = new Uint32Array(0);
  #length = new Uint8Array(0);
  /** Folders whose own entry comes after that of something in them. */
  readonly #awaited = new Set<number>();
  /** Entries of deleted names: they cost time until the index is rebuilt. */
  stale = 0;

  constructor(seed: number) {
    this.vocabulary = new Vocabulary(seed);
  }

  /** The largest entry there is: entries are from 1 on. */
  get last(): number {
    return this.#last;
  }

  has(node: number): boolean {
    return this.entryOf(node) !== 0;
  }

  /** The entry of a node, 0 if it has none. */
  entryOf(node: number): number {
    return this.#entryOf[node] ?? 0;
  }

  /** The node of an entry, 0 when it is gone. */
  nodeOf(entry: number): number {
    return this.#entries[entry * FIELDS] ?? 0;
  }

  /** The folder of an entry's node. */
  folderOf(entry: number): number {
    return this.#entries[entry * FIELDS + 1] ?? 0;
  }

  /** How many significant words the name of an entry has, in halves. */
  lengthOf(entry: number): number {
    return (this.#length[entry] ?? 0) & LENGTH_MAX;
  }

  /** True for an entry that contains, or contained, others. */
  isFolder(entry: number): boolean {
    return (this.#length[entry] ?? 0) >= FOLDER_BIT;
  }

  add(node: number, folder: number, text: Text): void {
    this.#last += 1;
    const entry = this.#last;
    this.#entries = withRoom(this.#entries, (entry + 1) * FIELDS);
    this.#length = withRoom(this.#length, entry);
    this.#entryOf = withRoom(this.#entryOf, node);
    this.#entries[entry * FIELDS] = node;
    this.#entries[entry * FIELDS + 1] = folder;
    const folderBit = this.#awaited.delete(node) ? FOLDER_BIT : 0;
    this.#length[entry] = Math.min(LENGTH_MAX, tellingWords(text)) | folderBit;
    this.#entryOf[node] = entry;
    this.#markFolder(folder);
    for (const term of termsOf(text)) this.#postings.add(this.vocabulary.need(term), entry);
  }

  #markFolder(folder: number): void {
    const entry = this.entryOf(folder);
    if (entry !== 0) this.#length[entry] = (this.#length[entry] ?? 0) | FOLDER_BIT;
    else if (folder !== 0) this.#awaited.add(folder);
  }

  drop(node: number): void {
    const entry = this.entryOf(node);
    if (entry === 0) return;
    this.#entries[entry * FIELDS] = 0;
    this.#entries[entry * FIELDS + 1] = 0;
    this.#entryOf[node] = 0;
    this.stale += 1;
  }

  /** In how many names a term occurs, those gone included. */
  countOf(term: number): number {
    return this.#postings.countOf(term);
  }

  /** The entries of a term, in ascending order. */
  entriesOf(term: number): ListReader {
    return this.#postings.reader(term);
  }
}
