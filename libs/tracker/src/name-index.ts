/** One generation of the index: which names have which words. Names are added and struck out, never changed. */
import { ROOM_STEP, withRoom } from './cells.js';
import { type ListReader, Postings } from './postings.js';
import { type Text, tellingWords, termsOf } from './tokens.js';
import { Vocabulary } from './vocabulary.js';

/** One byte of an entry: how long its name is, whether somebody shares it, and whether it contains others. */
const LENGTH_MAX = 63;
const NAME_BIT = 64;
const FOLDER_BIT = 128;

export class NameIndex {
  readonly vocabulary: Vocabulary;
  readonly #postings = new Postings();
  /** Each addition has a number of its own, never reused: entries of deleted names can refer to nothing else. */
  #last = 0;
  /** The largest entry that fits. */
  #room = -1;
  #nodeOf = new Uint32Array(0);
  #folderOf = new Uint32Array(0);
  #traits = new Uint8Array(0);
  /** By node. */
  #entryOf = new Uint32Array(0);
  /** Folders have numbers of their own, from 1 on, so that what a query notes by folder lies close together in memory. */
  #lastFolder = 0;
  #folderAbove = new Uint32Array(0);
  #entryOfFolder = new Uint32Array(0);
  /** By entry: its number as a folder, 0 if nothing is in it. */
  #folderNumber = new Uint32Array(0);
  /** Entries of deleted names: they cost time until the index is rebuilt. */
  stale = 0;

  constructor(seed: number) {
    this.vocabulary = new Vocabulary(seed);
  }

  /** The largest entry there is: entries are from 1 on. */
  get last(): number {
    return this.#last;
  }

  /** The largest number of a folder. */
  get lastFolder(): number {
    return this.#lastFolder;
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
    return this.#nodeOf[entry] ?? 0;
  }

  /** The number of the folder that an entry is in, 0 for none. */
  folderOf(entry: number): number {
    return this.#folderOf[entry] ?? 0;
  }

  /** The number of the folder that a folder is in, 0 for none. */
  folderAbove(folder: number): number {
    return this.#folderAbove[folder] ?? 0;
  }

  /** The entry of a folder's own name. */
  entryOfFolder(folder: number): number {
    return this.#entryOfFolder[folder] ?? 0;
  }

  /** The number that an entry has as a folder, 0 if it contains nothing. */
  folderNumber(entry: number): number {
    return this.#folderNumber[entry] ?? 0;
  }

  /** How many significant words the name of an entry has, in halves. */
  lengthOf(entry: number): number {
    return (this.#traits[entry] ?? 0) & LENGTH_MAX;
  }

  /** True for an entry that contains, or contained, others. */
  isFolder(entry: number): boolean {
    return (this.#traits[entry] ?? 0) >= FOLDER_BIT;
  }

  /** True for an entry that somebody shares; others are only the folders of such. */
  isName(entry: number): boolean {
    return ((this.#traits[entry] ?? 0) & NAME_BIT) !== 0;
  }

  setName(entry: number, is: boolean): void {
    const traits = this.#traits[entry] ?? 0;
    this.#traits[entry] = is ? traits | NAME_BIT : traits & ~NAME_BIT;
  }

  /** Adds a name and its words. The folder's own name was added before. */
  add(node: number, folder: number, text: Text): void {
    this.#last += 1;
    const entry = this.#last;
    if (entry > this.#room) this.#makeRoom(entry + ROOM_STEP);
    this.#entryOf = withRoom(this.#entryOf, node);
    this.#nodeOf[entry] = node;
    this.#folderOf[entry] = this.#needFolder(this.entryOf(folder));
    this.#traits[entry] = Math.min(LENGTH_MAX, tellingWords(text));
    this.#entryOf[node] = entry;
    for (const term of termsOf(text)) this.#postings.add(this.vocabulary.need(term), entry);
  }

  /** The number of the folder with this entry, given to it when the first name in it is added. */
  #needFolder(entry: number): number {
    const known = this.folderNumber(entry);
    if (known !== 0 || entry === 0) return known;
    this.#lastFolder += 1;
    const folder = this.#lastFolder;
    this.#folderAbove = withRoom(this.#folderAbove, folder);
    this.#entryOfFolder = withRoom(this.#entryOfFolder, folder);
    this.#folderAbove[folder] = this.folderOf(entry);
    this.#entryOfFolder[folder] = entry;
    this.#traits[entry] = (this.#traits[entry] ?? 0) | FOLDER_BIT;
    this.#folderNumber[entry] = folder;
    return folder;
  }

  #makeRoom(entry: number): void {
    this.#nodeOf = withRoom(this.#nodeOf, entry);
    this.#folderOf = withRoom(this.#folderOf, entry);
    this.#traits = withRoom(this.#traits, entry);
    this.#folderNumber = withRoom(this.#folderNumber, entry);
    this.#room = entry;
  }

  drop(node: number): void {
    const entry = this.entryOf(node);
    if (entry === 0) return;
    this.#nodeOf[entry] = 0;
    this.#folderOf[entry] = 0;
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
