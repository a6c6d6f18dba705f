/** How deep an offered tree may be. */
import { expect, test } from '@jest/globals';
import { type ManifestEntry, directoryRoot, encodeManifest, loadBlake3 } from '@iwanto/merkle';
import { type FileHash, PATH_COMPONENTS_MAX } from '@iwanto/wire';
import { planTree } from './plan.js';

/** A file below that many directories, the top included. */
async function nested(directories: number) {
  const blake3 = await loadBlake3();
  const manifests = new Map<FileHash, Uint8Array>();
  const keep = (entries: readonly ManifestEntry[]) => {
    const manifest = encodeManifest(entries);
    const root = directoryRoot(blake3, manifest);
    manifests.set(root, manifest);
    return root;
  };
  const file = { size: 1, root: 'a'.repeat(64) as FileHash, exec: false, mtimeSeconds: 0 };
  let root = keep([{ kind: 'file', name: 'deep', ...file }]);
  for (let at = 1; at < directories; at += 1) {
    root = keep([{ kind: 'directory', name: 'd', root, bytes: 1, files: 1 }]);
  }
  const manners = { foldsCase: false, portableNamesOnly: false, keepsLinks: true };
  return planTree({ root, manners, manifestOf: async (asked) => manifests.get(asked)! });
}

test('what an owner shares and a tracker keeps can be fetched', async () => {
  const plan = await nested(PATH_COMPONENTS_MAX - 1);
  expect(plan.files).toHaveLength(1);
});

test('a tree that no owner shares is refused', async () => {
  await expect(nested(PATH_COMPONENTS_MAX)).rejects.toThrow('nested more than 64 levels deep');
});
