/** An attack with a directory that names one child 2^n times. */
import { servePieces } from '@iwanto/bus';
import { directoryRoot, encodeManifest, loadBlake3 } from '@iwanto/merkle';
import type { FileHash } from '@iwanto/wire';
import type { Attack } from '../attack.js';
import { Peak } from '../peak.js';
import { mib } from '../room.js';

const LEVELS = 40;
const LIMIT_S = 20;
/** A million entries of 200 bytes, and what V8 has not collected yet. */
const GROWTH_MIB_MAX = 300;

export const bomb: Attack = {
  name: 'bomb',
  about: `a member shares a directory of ${LEVELS} levels, each with the next one twice`,
  cases: [68],
  wantedBytes: mib(16),
  run: async (room) => {
    const blake3 = await loadBlake3();
    const manifests = new Map<FileHash, Uint8Array>();
    const add = (manifest: Uint8Array) => {
      const root = directoryRoot(blake3, manifest);
      manifests.set(root, manifest);
      return root;
    };
    let root = add(encodeManifest([]));
    for (let level = 0; level < LEVELS; level += 1) {
      const entry = { kind: 'directory', root, bytes: 0, files: 0 } as const;
      root = add(
        encodeManifest([
          { ...entry, name: 'a' },
          { ...entry, name: 'b' },
        ]),
      );
    }
    const evil = await room.attacker();
    const port = room.with(
      await servePieces({
        ...{ keys: evil.keys.curve, port: 0, addresses: () => [evil.address] },
        answer: async ({ root: asked }) => {
          const manifest = manifests.get(asked);
          return manifest
            ? { type: 'data', body: Uint8Array.from(manifest) }
            : { type: 'refused', reason: 'notFound' };
        },
      }),
    );
    evil.listens({ transferPort: port.port });
    await evil.announce([{ path: 'x/album', kind: 'directory', hash: root, size: 0 }]);
    const peak = new Peak([await room.pidOf('transfer', room.asker)]);
    const startMs = performance.now();
    const { code } = await room.asker.run('download', root, '--wait', '5');
    const seconds = (performance.now() - startMs) / 1_000;
    const grown = peak.end();
    const honest = await room.download();
    const wrong = [
      ...(code === 0 ? ['the directory was taken'] : []),
      ...(seconds > LIMIT_S ? [`refused only after ${seconds.toFixed(0)} s`] : []),
      ...(grown > GROWTH_MIB_MAX ? [`${grown.toFixed(0)} MiB more`] : []),
    ];
    const text = `refused after ${seconds.toFixed(1)} s with exit code ${code}, ${grown.toFixed(0)} MiB more; an honest download after it ${honest.toFixed(2)} s`;
    return { text, wrong };
  },
};
