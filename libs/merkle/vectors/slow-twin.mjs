// The slow twin: content hashes written from docs/wire.md and the BLAKE3 paper alone, using only plain numbers.
// Run it to regenerate vectors.json: node libs/merkle/vectors/slow-twin.mjs > libs/merkle/vectors/vectors.json
import { pathToFileURL } from 'node:url';

const IV = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const SHUFFLE = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const [CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED] = [1, 2, 4, 8, 16];

const turn = (word, by) => ((word >>> by) | (word << (32 - by))) >>> 0;

function mix(v, [a, b, c, d], [x, y]) {
  v[a] = (v[a] + v[b] + x) >>> 0;
  v[d] = turn(v[d] ^ v[a], 16);
  v[c] = (v[c] + v[d]) >>> 0;
  v[b] = turn(v[b] ^ v[c], 12);
  v[a] = (v[a] + v[b] + y) >>> 0;
  v[d] = turn(v[d] ^ v[a], 8);
  v[c] = (v[c] + v[d]) >>> 0;
  v[b] = turn(v[b] ^ v[c], 7);
}

const COLUMNS_AND_DIAGONALS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

function compress(chain, words, counter, length, flags) {
  const v = [
    ...chain,
    ...IV.slice(0, 4),
    counter % 2 ** 32,
    Math.floor(counter / 2 ** 32),
    length,
    flags,
  ];
  let m = words;
  for (let round = 0; round < 7; round += 1) {
    COLUMNS_AND_DIAGONALS.forEach((place, at) => mix(v, place, [m[2 * at], m[2 * at + 1]]));
    m = SHUFFLE.map((from) => m[from]);
  }
  return v.slice(0, 8).map((word, at) => (word ^ v[at + 8]) >>> 0);
}

function wordsOf(bytes) {
  const words = [];
  for (let at = 0; at < 64; at += 4) {
    const byte = (more) => bytes[at + more] ?? 0;
    words.push((byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0);
  }
  return words;
}

function chunkValue(bytes, index, key, flags) {
  const blocks = Math.max(1, Math.ceil(bytes.length / 64));
  let chain = key;
  for (let at = 0; at < blocks; at += 1) {
    const block = bytes.subarray(at * 64, at * 64 + 64);
    let mine = flags & ~ROOT;
    if (at === 0) mine |= CHUNK_START;
    if (at === blocks - 1) mine |= CHUNK_END | (flags & ROOT);
    chain = compress(chain, wordsOf(block), index, block.length, mine);
  }
  return chain;
}

function treeValue(bytes, firstChunk, key, flags) {
  if (bytes.length <= 1024) return chunkValue(bytes, firstChunk, key, flags);
  let left = 1024;
  while (left * 2 < bytes.length) left *= 2;
  const inner = flags & ~ROOT;
  const words = [
    ...treeValue(bytes.subarray(0, left), firstChunk, key, inner),
    ...treeValue(bytes.subarray(left), firstChunk + left / 1024, key, inner),
  ];
  return compress(key, words, 0, 64, flags | PARENT);
}

function bytesOf(words) {
  return Uint8Array.from(words.flatMap((word) => [0, 8, 16, 24].map((by) => (word >>> by) & 255)));
}

/** H of docs/wire.md. */
export const plain = (bytes) => bytesOf(treeValue(bytes, 0, IV, ROOT));

/** K of docs/wire.md. */
export function keyed(context, bytes) {
  const key = wordsOf(plain(new TextEncoder().encode(context))).slice(0, 8);
  return bytesOf(treeValue(bytes, 0, key, ROOT | KEYED));
}

const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const number = (value, bytes) =>
  Uint8Array.from({ length: bytes }, (_, at) =>
    Number(BigInt.asUintN(64, BigInt(value) >> BigInt(8 * (bytes - 1 - at))) & 255n),
  );
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export function top(digests) {
  if (digests.length === 1) return digests[0];
  let k = 1;
  while (k * 2 < digests.length) k *= 2;
  return keyed('iwanto 1 inner node', join(top(digests.slice(0, k)), top(digests.slice(k))));
}

/** The root of a file of `size` bytes with these digests. */
export function rootOfDigests(size, digests) {
  const tail = digests.length === 0 ? [] : top(digests);
  return hex(keyed('iwanto 1 file root', join(number(size, 8), tail)));
}

export function digestsOf(bytes) {
  const digests = [];
  for (let at = 0; at < bytes.length; at += 1048576)
    digests.push(plain(bytes.subarray(at, at + 1048576)));
  return digests;
}

export const fileRoot = (bytes) => rootOfDigests(bytes.length, digestsOf(bytes));

/** Tops of the subtrees beside the run, as the page says: walk, left before right. */
export function proof(digests, first, count) {
  const go = (list, from) => {
    if (from + list.length <= first || from >= first + count) return [...top(list)];
    if (list.length === 1) return [];
    let k = 1;
    while (k * 2 < list.length) k *= 2;
    return [...go(list.slice(0, k), from), ...go(list.slice(k), from + k)];
  };
  return Uint8Array.from(go(digests, 0));
}

const text = (value) => {
  const bytes = new TextEncoder().encode(value);
  return join(number(bytes.length, 2), bytes);
};

function entryBytes(entry) {
  if (entry.kind === 'file') {
    const { size, root, exec, mtimeSeconds } = entry;
    const fields = [number(size, 8), unhex(root), [exec ? 1 : 0], number(mtimeSeconds, 8)];
    return join([1], text(entry.name), ...fields);
  }
  if (entry.kind === 'directory') {
    const { root, bytes, files } = entry;
    return join([2], text(entry.name), unhex(root), number(bytes, 8), number(files, 8));
  }
  return join([3], text(entry.name), text(entry.target));
}

/** Sorts by the bytes of the names, the slow way. */
export function manifest(entries) {
  const key = ({ name }) => hex(new TextEncoder().encode(name));
  const sorted = [...entries].sort((one, other) => (key(one) < key(other) ? -1 : 1));
  const head = join([0x69, 0x77, 0x6d, 1], number(entries.length, 4));
  return join(head, ...sorted.map(entryBytes));
}

export const directoryRoot = (bytes) => hex(keyed('iwanto 1 directory root', bytes));

/** Bytes that anybody can make: byte i is i modulo 251. */
export const pattern = (length) => Uint8Array.from({ length }, (_, at) => at % 251);

function vectors() {
  const sizes = [0, 1, 64, 1024, 1025, 65536, 1048575, 1048576, 1048577, 2097152, 3145729];
  const layers = [1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 100];
  const digests = (count) =>
    Array.from({ length: count }, (_, at) => plain(Uint8Array.of(at % 256, at >> 8)));
  const runs = [
    [1, 0, 1],
    [5, 0, 1],
    [5, 4, 1],
    [7, 2, 3],
    [33, 31, 2],
    [100, 0, 100],
  ];
  const empty = fileRoot(new Uint8Array(0));
  const trees = [
    [],
    [{ kind: 'file', name: 'a', size: 0, root: empty, exec: false, mtimeSeconds: 0 }],
    [
      {
        kind: 'file',
        name: 'z',
        size: 5,
        root: fileRoot(pattern(5)),
        exec: true,
        mtimeSeconds: -1,
      },
      {
        kind: 'directory',
        name: 'Ordner ä',
        root: directoryRoot(manifest([])),
        bytes: 0,
        files: 0,
      },
      { kind: 'symlink', name: '\uffee', target: '../z' },
      { kind: 'symlink', name: '\u{1f600}', target: 'z' },
    ],
  ];
  return {
    pattern: 'byte i of a file is i modulo 251',
    files: sizes.map((size) => ({ size, root: fileRoot(pattern(size)) })),
    layers: {
      digests: 'digest i is H of the two bytes i modulo 256 and i >> 8; every piece is whole',
      roots: layers.map((count) => ({
        count,
        root: rootOfDigests(count * 1048576, digests(count)),
      })),
      proofs: runs.map(([pieces, first, count]) => ({
        pieces,
        first,
        count,
        proof: hex(proof(digests(pieces), first, count)),
      })),
    },
    manifests: trees.map((entries) => ({
      entries,
      bytes: hex(manifest(entries)),
      root: directoryRoot(manifest(entries)),
    })),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${JSON.stringify(vectors(), null, 2)}\n`);
}
