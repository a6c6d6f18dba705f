/** What a download will put on the disk, known and checked as a whole before anything is created. */
import {
  MANIFEST_ENTRIES_MAX,
  type ManifestEntry,
  collisionKey,
  manifestTotals,
  parseManifest,
  portableNameProblem,
} from '@iwanto/merkle';
import { Failure, type FileHash, type PathExtent, extentBelow, pathProblem } from '@iwanto/wire';
import { type DiskManners, type Plan, type PlannedLink, pathIn } from '../disk/planned.js';

/** The top of the tree: what is fetched counts as the first component of each path in it, under the shortest name. */
const TOP: PathExtent = { components: 1, bytes: 1 };
/** Manifests asked for at the same time. */
const MANIFESTS_AT_ONCE = 16;

export interface PlanOptions {
  readonly root: FileHash;
  readonly manners: DiskManners;
  /** Called, before anything else is fetched, with the totals that the directory claims. */
  readonly expect?: (totals: { readonly bytes: number; readonly files: number }) => void;
  /** The bytes of a manifest, checked to be the ones its root names. */
  readonly manifestOf: (root: FileHash) => Promise<Uint8Array>;
}

interface Pending {
  readonly root: FileHash;
  readonly path: string;
  readonly extent: PathExtent;
  /** What the parent says about it; nothing for the top. */
  readonly told?: { readonly bytes: number; readonly files: number };
}

const refuse = (why: string) => new Failure('E_VERIFY', `The directory is refused: ${why}.`);

/** The whole tree below `root`. E_VERIFY for anything that could write elsewhere, lie about sizes or grow too large. */
export async function planTree(options: PlanOptions): Promise<Plan> {
  const plan: Plan = { files: [], folders: [], links: [], warnings: [] };
  const read = readerOf(options);
  let level: Pending[] = [{ root: options.root, path: '', extent: TOP }];
  while (level.length > 0) {
    const next: Pending[] = [];
    for (let at = 0; at < level.length; at += MANIFESTS_AT_ONCE) {
      const some = level.slice(at, at + MANIFESTS_AT_ONCE);
      const manifests = await Promise.all(some.map(read));
      manifests.forEach((entries, nth) => {
        for (const one of addDirectory(plan, some[nth]!, entries, options.manners)) next.push(one);
      });
    }
    level = next;
  }
  return plan;
}

/** Reads directories; one that occurs in many places is fetched and read once. */
function readerOf(options: PlanOptions): (pending: Pending) => Promise<readonly ManifestEntry[]> {
  const known = new Map<FileHash, Promise<readonly ManifestEntry[]>>();
  return (pending) => {
    const { root } = pending;
    const entries = known.get(root) ?? options.manifestOf(root).then(parseManifest);
    known.set(root, entries);
    return entries.then((read) => checkedTotals(options, pending, read));
  };
}

function checkedTotals(
  { expect }: PlanOptions,
  { told }: Pending,
  entries: readonly ManifestEntry[],
): readonly ManifestEntry[] {
  const totals = manifestTotals(entries);
  if (!told) expect?.(totals);
  if (told && (told.bytes !== totals.bytes || told.files !== totals.files)) {
    throw refuse('its sizes contradict each other');
  }
  return entries;
}

function addDirectory(
  plan: Plan,
  { root, path, extent }: Pending,
  entries: readonly ManifestEntry[],
  manners: DiskManners,
): Pending[] {
  refuseUnkeepable(path, entries, manners);
  const inside: Pending[] = [];
  for (const [at, entry] of entries.entries()) {
    const whole = pathIn(path, entry.name);
    const below = extentBelow(extent, entry.name);
    const problem = pathProblem(below);
    if (problem) throw refuse(`something in it ${problem}`);
    if (entry.kind === 'file') {
      plan.files.push({ ...entry, folder: path, place: { root, entry: at } });
    } else if (entry.kind === 'symlink') addLink(plan, { ...entry, folder: path });
    else {
      plan.folders.push(whole);
      inside.push({ root: entry.root, path: whole, extent: below, told: entry });
    }
  }
  const count = plan.files.length + plan.folders.length + plan.links.length;
  if (count > MANIFEST_ENTRIES_MAX)
    throw refuse(`it has more than ${MANIFEST_ENTRIES_MAX} entries`);
  return inside;
}

/** Two names that this disk takes for one would overwrite each other (HOSTILE 59, 61). */
function refuseUnkeepable(
  path: string,
  entries: readonly ManifestEntry[],
  { foldsCase, portableNamesOnly }: DiskManners,
): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    const problem = portableNamesOnly ? portableNameProblem(name) : undefined;
    if (problem) throw refuse(`${JSON.stringify(pathIn(path, name))} ${problem}`);
    const key = foldsCase ? collisionKey(name) : name;
    if (seen.has(key)) {
      throw refuse(
        `this disk cannot keep ${JSON.stringify(pathIn(path, name))} and its namesake apart`,
      );
    }
    seen.add(key);
  }
}

function addLink(plan: Plan, link: PlannedLink): void {
  if (isInside(link)) plan.links.push(link);
  else {
    const name = JSON.stringify(pathIn(link.folder, link.name));
    plan.warnings.push(`The link ${name} was left out: it points outside the directory.`);
  }
}

/**
 * True for a relative link that cannot lead out of the tree. Steps upward may only be at its beginning,
 * where they pass real directories: behind another link, ".." would start from wherever that one leads.
 */
function isInside({ folder, target }: PlannedLink): boolean {
  if (target.startsWith('/') || target.includes('\\') || /^[A-Za-z]:/.test(target)) return false;
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  const upward = steps.findIndex((step) => step !== '..');
  const up = upward < 0 ? steps.length : upward;
  if (steps.slice(up).includes('..')) return false;
  return up <= (folder === '' ? 0 : folder.split('/').length);
}
