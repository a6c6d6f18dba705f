/** What one download will put on the disk: a single file, or the wanted part of a directory. */
import { existsSync } from 'node:fs';
import type { PlacedStore } from '@iwanto/store';
import { Failure } from '@iwanto/wire';
import { unpackListing } from '../disk/listing.js';
import { type Plan, pathIn, sizeOf } from '../disk/planned.js';
import type { Target } from '../disk/target.js';
import { refuseMany } from './confirm.js';
import type { DownloadSpec } from './download-spec.js';
import { type ManifestWanted, manifestBudget } from './layers.js';
import { onlyFitting, requireFitting } from './only.js';
import { planTree } from './plan.js';

export interface PlanningTools {
  readonly placed: PlacedStore;
  readonly note: (sentence: string) => void;
  readonly fetch: (wanted: ManifestWanted) => Promise<Uint8Array>;
}

type Spec = Pick<DownloadSpec, 'root' | 'kind' | 'name' | 'bytes' | 'only' | 'confirmed'>;

export async function planFor(spec: Spec, target: Target, tools: PlanningTools): Promise<Plan> {
  const { root, kind, name, only, bytes } = spec;
  if (kind === 'file') {
    if (only !== null) requireFitting(name, only);
    const file = { folder: '', name: target.temporaryName, size: bytes, root };
    const files = [{ ...file, exec: false, mtimeSeconds: null }];
    return { files, folders: [], links: [], warnings: [] };
  }
  const spend = manifestBudget();
  const manners = target.manners();
  const plan = await planTree({
    root,
    manners,
    expect: ({ files }) => expect(spec, files),
    manifestOf: (of) => tools.fetch({ root: of, spend }),
  });
  const sum = sizeOf(plan);
  if (sum !== bytes) throw new Failure('E_VERIFY', `${root} has ${sum} bytes, not ${bytes}.`);
  if (!manners.keepsLinks) leaveOutLinks(plan);
  for (const warning of plan.warnings) tools.note(warning);
  return wantedOf(plan, spec, await filesHere(spec, target, tools));
}

function leaveOutLinks({ links, warnings }: Plan): void {
  const [first] = links;
  if (!first) return;
  const name = JSON.stringify(pathIn(first.folder, first.name));
  warnings.push(
    `This disk does not support symlinks: ${links.length} left out, the first is ${name}.`,
  );
  links.length = 0;
}

/** For a directory that claims to be very large the user is asked before more of it is read. */
function expect({ name, confirmed, only, bytes }: Spec, files: number): void {
  if (!confirmed && only === null) refuseMany(name, bytes, files);
}

function wantedOf(plan: Plan, { only }: Spec, isHere: (path: string) => boolean): Plan {
  return only === null ? plan : onlyFitting(plan, only, isHere);
}

/** The files that an earlier download of a part of this directory stored: they stay part of it. */
async function filesHere(
  { root, only }: Spec,
  { path }: Target,
  { placed }: PlanningTools,
): Promise<(path: string) => boolean> {
  const before = only === null ? undefined : placed.at(path);
  if (before?.hash !== root || !before.listing || !existsSync(path)) return () => false;
  const { files } = await unpackListing(before.listing);
  return (file) => files.has(file);
}
