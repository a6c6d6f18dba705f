/** Content hashes: pieces, file roots, proofs and directory manifests, over an injected BLAKE3. */
export * from './blake3.js';
export * from './manifest.js';
export * from './parse-manifest.js';
export * from './names.js';
export * from './pieces.js';
export * from './proof.js';
export * from './root-text.js';
export * from './tree.js';
