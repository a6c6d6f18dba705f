/** The target of a download: its folder and name, judged before anything is fetched, taken when all is there. */
import { basename, dirname, join } from 'node:path';
import type { Blake3 } from '@iwanto/merkle';
import type { PlacedStore } from '@iwanto/store';
import { Failure } from '@iwanto/wire';
import { dressAll } from '../disk/attributes.js';
import { packListing } from '../disk/listing.js';
import { numberedName } from '../disk/names.js';
import type { Plan } from '../disk/planned.js';
import type { SoughtContent } from '../disk/same-content.js';
import { type Earlier, type Standing, inTheWay, stampAt, standingAt } from '../disk/standing.js';
import { Target } from '../disk/target.js';

/** Numbers tried for a name that is taken. */
const NUMBERS_MAX = 1_000;

export interface SpotOptions {
  readonly sought: SoughtContent;
  readonly folder: string;
  readonly name: string;
  readonly overwrite: boolean;
  /** If the name is taken, `name (1)` and so on are tried. */
  readonly rename: boolean;
  readonly blake3: Blake3;
  readonly placed: PlacedStore;
  /** Whether another running download will take that path. */
  readonly isReserved: (path: string) => boolean;
  /** Says what will be replaced. */
  readonly note: (sentence: string) => void;
  readonly named: (name: string, path: string) => void;
}

/** What was found: it is all there, it can be fetched, or the plan is needed to tell. */
export type Found = 'there' | 'free' | 'needsPlan';

export class Spot {
  target: Target;
  /** Whether the disk keeps times and exec bits as they are: only then can the root be found from it again. */
  isFaithful = true;
  #earlier: Earlier | undefined;
  #name: string;

  constructor(private readonly options: SpotOptions) {
    this.#name = options.name;
    this.target = this.#aim();
  }

  /** Equal files of this disk by their hash. */
  get have(): ReadonlyMap<string, string> {
    return this.#earlier?.have ?? new Map<string, string>();
  }

  /** Where an older version of a planned path is: in the earlier download that is replaced. */
  olderOf(path: string): string | undefined {
    if (!this.#earlier) return undefined;
    const { path: top, temporaryName } = this.target;
    return path === temporaryName ? top : join(top, path);
  }

  /** Failure E_EXISTS if something is there that must not be replaced. */
  async look(plan?: Plan): Promise<Found> {
    for (let number = 1; number <= NUMBERS_MAX; number += 1) {
      const found = await this.#lookHere(plan);
      if (found !== 'taken') return found;
      this.#name = numberedName(this.options.name, number, this.options.sought.kind);
      this.target.close();
      this.target = this.#aim();
      this.options.named(this.#name, this.target.path);
    }
    throw inTheWay(`${this.target.path} and all numbers after it are taken`);
  }

  /** Gives the content its name, and remembers what was put where. */
  async place(plan: Plan, sources: { readonly peer: string; readonly bytes: number }[]) {
    await this.target.place(this.#earlier && (await this.#stillEarlier(plan)));
    await this.remember(plan, sources);
  }

  /** Records what is there: the receipt, and what a later download may replace. */
  async remember(plan: Plan, sources: { readonly peer: string; readonly bytes: number }[]) {
    const { kind, root } = this.options.sought;
    const { path } = this.target;
    const bytes = plan.files.reduce((sum, { size }) => sum + size, 0);
    this.options.placed.put({
      ...{ path, kind, hash: root, bytes, files: plan.files.length, sources },
      placedMs: Date.now(),
      stamp: stampAt(path) ?? '',
      listing: kind === 'directory' ? await packListing(plan) : null,
    });
  }

  /** A tree of ours that differed only in times and modes becomes the new one. */
  async acknowledge(plan: Plan): Promise<void> {
    const before = this.options.placed.at(this.target.path);
    if (!before || before.hash === this.options.sought.root) return;
    await dressAll(this.target.path, plan);
    await this.remember(plan, [...before.sources]);
  }

  close(): void {
    this.target.close();
  }

  async #lookHere(plan?: Plan): Promise<Found | 'taken'> {
    const { path } = this.target;
    const standing = await this.#standing(plan);
    this.#earlier = undefined;
    if (standing.is === 'same') return 'there';
    if (this.options.isReserved(path)) {
      return this.#refuse(`${path} is being downloaded now with other content`);
    }
    if (standing.is === 'nothing') return 'free';
    if (standing.is === 'perhapsSame') return 'needsPlan';
    if (standing.is === 'foreign') return this.#refuse(standing.why);
    if (!this.#mayReplace(path, standing)) return this.#refuseEarlier(path);
    this.#earlier = standing;
    this.options.note(replacing(path, standing));
    return 'free';
  }

  /** A part of the same directory is extended automatically; anything else is replaced only when the user says so. */
  #mayReplace(path: string, { changed }: Earlier): boolean {
    const { overwrite, placed, sought } = this.options;
    return overwrite || (changed.length === 0 && placed.at(path)?.hash === sought.root);
  }

  #refuse(why: string): 'taken' {
    if (this.options.rename) return 'taken';
    throw inTheWay(why);
  }

  #refuseEarlier(path: string): 'taken' {
    if (this.options.rename) return 'taken';
    throw new Failure(
      'E_EXISTS',
      `${path} was downloaded before with other content. Replace it with --overwrite, or take another name with --as or --rename.`,
    );
  }

  #standing(plan?: Plan): Promise<Standing> {
    const { blake3, sought, placed } = this.options;
    const { path } = this.target;
    return standingAt({ blake3, path, sought, placed: placed.at(path) }, plan);
  }

  /** Downloads take long: what has appeared in the meantime counts as well. */
  async #stillEarlier(plan: Plan): Promise<Earlier | undefined> {
    const standing = await this.#standing(plan);
    if (standing.is === 'earlier') return standing;
    if (standing.is === 'nothing') return undefined;
    throw inTheWay(
      standing.is === 'foreign' ? standing.why : `${this.target.path} changed in the meantime`,
    );
  }

  #aim(): Target {
    const { sought, folder } = this.options;
    return new Target({ root: sought.root, kind: sought.kind, folder, name: this.#name });
  }
}

function replacing(path: string, { foreign, changed }: Earlier): string {
  const name = basename(path);
  const listed = ([first = '', ...more]: readonly string[]) =>
    `${first === '' ? name : join(name, first)}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  const lost = changed.length > 0 ? ` Changed since and lost: ${listed(changed)}.` : '';
  const kept = foreign.length > 0 ? ` Your own files in it stay: ${listed(foreign)}.` : '';
  return `Replaces ${name} in ${dirname(path)}, an earlier download.${lost}${kept}`;
}
