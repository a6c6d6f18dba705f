/** Roots as text and as bytes. */
import { type FileHash, bytesOfHex, hexOf } from '@iwanto/wire';

/** 32 bytes as the 64 hex characters people and messages use. */
export const rootText = (bytes: Uint8Array): FileHash => hexOf(bytes) as FileHash;

/** The 32 bytes of a root. */
export const rootBytes = (root: FileHash): Uint8Array => bytesOfHex(root);
