/** The one hash function of the project, from whichever package loads here: native, or wasm with the same bytes. */

/** Bytes in a digest. */
export const DIGEST_BYTES = 32;

/**
 * What each keyed use of BLAKE3 is for. The key is the plain BLAKE3 hash of the text, so that no hash
 * made for one purpose can stand for another. Keyed mode, not derive-key mode, because the wasm
 * fall-back has only the former (docs/decisions.md).
 */
export const DOMAINS = {
  inner: 'iwanto 1 inner node',
  file: 'iwanto 1 file root',
  directory: 'iwanto 1 directory root',
} as const;
export type Domain = keyof typeof DOMAINS;

/** BLAKE3 with 32-byte digests; every digest is a fresh array. */
export interface Blake3 {
  readonly name: 'native' | 'wasm';
  hash(bytes: Uint8Array): Uint8Array;
  keyed(domain: Domain, bytes: Uint8Array): Uint8Array;
  /** The same as hex characters: half the cost of bytes that JavaScript then spells out. */
  keyedHex(domain: Domain, bytes: Uint8Array): string;
}

const names = Object.keys(DOMAINS) as Domain[];
const contextOf = (domain: Domain) => new TextEncoder().encode(DOMAINS[domain]);

/**
 * The fastest implementation that loads on this machine.
 * Rejects only if neither package loads, with the wasm package's error.
 */
export function loadBlake3(): Promise<Blake3> {
  return loadNativeBlake3().catch(loadWasmBlake3);
}

/** The prebuilt native package; rejects if it has no build for this platform. */
export function loadNativeBlake3(): Promise<Blake3> {
  return import('@napi-rs/blake-hash').then(({ blake3, Blake3Hasher }) => {
    // The package declares Buffer but takes any Uint8Array; a view makes no copy.
    const asBuffer = (bytes: Uint8Array) => bytes as Buffer;
    const hashers = new Map(
      names.map((domain) => [domain, Blake3Hasher.newKeyed(blake3(asBuffer(contextOf(domain))))]),
    );
    const updated = (domain: Domain, bytes: Uint8Array) => {
      const hasher = hashers.get(domain)!;
      hasher.reset();
      return hasher.update(asBuffer(bytes));
    };
    return {
      name: 'native' as const,
      hash: (bytes: Uint8Array) => blake3(asBuffer(bytes)),
      keyed: (domain: Domain, bytes: Uint8Array) => updated(domain, bytes).digestBuffer(),
      keyedHex: (domain: Domain, bytes: Uint8Array) => updated(domain, bytes).digest('hex'),
    };
  });
}

/** The fall-back without native code: same bytes, about a seventh of the speed. */
export function loadWasmBlake3(): Promise<Blake3> {
  return import('hash-wasm').then(({ createBLAKE3 }) =>
    createBLAKE3().then((plain) => {
      const hash = (bytes: Uint8Array) => plain.init().update(bytes).digest('binary');
      const keys = names.map((domain) => hash(contextOf(domain)));
      return Promise.all(keys.map((key) => createBLAKE3(256, key))).then((keyedOnes) => {
        const hashers = new Map(names.map((domain, at) => [domain, keyedOnes[at]!]));
        return {
          name: 'wasm' as const,
          hash,
          keyed: (domain: Domain, bytes: Uint8Array) =>
            hashers.get(domain)!.init().update(bytes).digest('binary'),
          keyedHex: (domain: Domain, bytes: Uint8Array) =>
            hashers.get(domain)!.init().update(bytes).digest('hex'),
        };
      });
    }),
  );
}
