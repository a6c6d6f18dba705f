/** Types of the slow twin, for the specs. */
import type { ManifestEntry } from '../src/manifest.js';

export function plain(bytes: Uint8Array): Uint8Array;
export function keyed(context: string, bytes: Uint8Array): Uint8Array;
export function hex(bytes: Uint8Array): string;
export function digestsOf(bytes: Uint8Array): Uint8Array[];
export function rootOfDigests(size: number, digests: readonly Uint8Array[]): string;
export function fileRoot(bytes: Uint8Array): string;
export function proof(digests: readonly Uint8Array[], first: number, count: number): Uint8Array;
export function manifest(entries: readonly ManifestEntry[]): Uint8Array;
export function directoryRoot(bytes: Uint8Array): string;
export function pattern(length: number): Uint8Array;
