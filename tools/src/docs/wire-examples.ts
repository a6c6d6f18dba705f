/** The last chapter of docs/wire.md: a search and a download byte by byte, written by the encoders that the services use. */
import { DataSeal, helloOf, pack } from '@iwanto/bus';
import { FileRootBuilder, loadBlake3 } from '@iwanto/merkle';
import {
  type DataGrant,
  type FileHash,
  type PeerId,
  type PieceRequest,
  dataAssociated,
  encodeDataGrant,
  encodeDataHead,
  encodePieceAnswer,
  encodePieceRequest,
  peerVerbs,
} from '@iwanto/wire';

/** What precedes it in the page is written by hand. */
export const EXAMPLES_TITLE = '## A search and a download, byte by byte';

const HEAD = `${EXAMPLES_TITLE}

This chapter is made by \`npm run docs\` from \`tools/src/docs/wire-examples.ts\`, with the encoders that the
services use. Bytes are hexadecimal. CURVE encrypts everything but the data line; shown is what it encrypts. Msgpack has
numbers beyond 32 bits as float64. Left out: \`withLeft\`, which \`iwanto search\` adds, and the \`have\` questions of a
download. Ids of questions begin at 1 in ours.

Anna (peer \`ANNA\`) leads and shares \`shopping list.txt\`, 27 bytes. Ben asks her indexer, and then fetches the
file from her transfer service.
`;

const ROW_BYTES = 16;
const BODY = new TextEncoder().encode('Apples, flour, and butter.\n');
const NAME = 'shopping list.txt';
const ANNA = '07caa7996dc5310ae4bd' as PeerId;
const BEN = 'd0ef183edc8d79dcfd0f' as PeerId;
const ANNA_CURVE = 'c5'.repeat(32);
const GRANT: DataGrant = {
  port: 17_120,
  lineId: new Uint8Array(16).fill(0x1d),
  askerKey: new Uint8Array(32).fill(0xa5),
  uploaderKey: new Uint8Array(32).fill(0x5a),
};

type Field = readonly [what: string, bytes: Uint8Array | string];

const bytesOf = (value: Uint8Array | string) =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value;
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const spaced = (bytes: Uint8Array) => hexOf(bytes).replace(/..(?=.)/g, '$& ');

function rowsOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / ROW_BYTES));
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * ROW_BYTES, (at + 1) * ROW_BYTES),
  );
}

/** A block of rows of 16 bytes, each with `beside(row, its offset)` at its right. */
function block(bytes: Uint8Array, beside: (row: Uint8Array, at: number) => string): string[] {
  return rowsOf(bytes).map((row, at) =>
    `${spaced(row).padEnd(3 * ROW_BYTES + 1)}${beside(row, at)}`.trimEnd(),
  );
}

/** The fields of a frame; throws where they are not, in sequence, what the encoder wrote. */
function frame(title: string, written: Uint8Array, fields: readonly Field[]): string {
  const parts = fields.map(([, value]) => bytesOf(value));
  if (hexOf(Buffer.concat(parts)) !== hexOf(written)) {
    throw new Error(`The fields of "${title}" are not the bytes that were written.`);
  }
  const lines = fields.flatMap(([what], field) =>
    block(parts[field] as Uint8Array, (_, at) => (at === 0 ? what : '')),
  );
  return [`${title}, ${written.length} bytes:`, '', '```text', ...lines, '```', ''].join('\n');
}

/** A message as hexadecimal and as text: msgpack is read more easily beside its letters. */
function dump(title: string, bytes: Uint8Array): string {
  const printable = (byte: number) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  const lines = block(bytes, (row) => Array.from(row, printable).join(''));
  return [`${title}, ${bytes.length} bytes:`, '', '```text', ...lines, '```', ''].join('\n');
}

/** Question and answer of one verb, each with its frames; both are checked against the verb's schemas. */
function call<V extends 'search' | 'locate'>(verb: V, id: number, said: readonly unknown[]) {
  const { question, answer } = peerVerbs[verb];
  const [asked, answered] = said;
  const ascii = (text: string) => `\`${spaced(bytesOf(text))}\` ("${text}")`;
  const frames = (first: string, second: string) =>
    `Frames: the id ${ascii(first)}, ${ascii(second)}, and the body.\n`;
  return [
    `**${verb}**, Ben to Anna. ${frames(String(id), verb)}`,
    dump('Question', pack(question.parse(asked))),
    `Anna to Ben. ${frames(String(id), 'ok')}`,
    dump('Answer', pack(answer.parse(answered))),
  ];
}

function search(root: FileHash): string[] {
  const result = {
    ...{ hash: root, kind: 'file', name: NAME, size: BODY.length, peers: 1, score: 0.9 },
    ...{ similar: false, modifiedMs: 1_700_000_000_000, otherNames: [], group: 0 },
    where: { folder: 'notes', short: 'notes', peers: [{ peer: ANNA, name: 'anna' }] },
  };
  const found = { total: 1, totalIsLeast: false, similar: false, leader: ANNA, partial: false };
  const holder = { peer: ANNA, address: '10.77.0.2', port: 17_119, curveKey: ANNA_CURVE };
  const claim = { hash: root, kind: 'file', name: NAME, size: BODY.length, holders: [holder] };
  return [
    '### The search\n',
    ...call('search', 0, [
      { query: 'shoping lst', limit: 20 },
      { ...found, results: [result] },
    ]),
    ...call('locate', 1, [{ hash: root }, claim]),
  ];
}

const u16 = (value: number) => Uint8Array.of(value >> 8, value & 0xff);
const u32 = (value: number) => Uint8Array.of(0, 0, value >> 8, value & 0xff);
const idOf = (peer: PeerId) => Buffer.from(peer, 'hex');

function requestFrame(title: string, request: PieceRequest, root: readonly Field[]): string {
  const written = encodePieceRequest(request);
  return frame(title, written, [
    ['version 2', written.subarray(0, 1)],
    [`ask: ${request.ask}`, written.subarray(1, 2)],
    [`request id ${request.requestId}`, u32(request.requestId)],
    ...root,
    [`first: ${request.first}`, u32(request.first)],
    [`count: ${request.count}`, u32(request.count)],
  ]);
}

/** A frame of the data line, sealed with the key of the grant, and its plain content. */
function sealedFrame(title: string, seal: DataSeal, sent: SealedSent): string {
  const { requestId, body, associated } = sent;
  const sealed = Buffer.from(body);
  const tag = seal.sealInPlace(associated, sealed);
  const parts = [encodeDataHead({ requestId, length: body.length }), sealed, tag];
  return frame(title, Buffer.concat(parts), [
    [`request id ${requestId}`, u32(requestId)],
    [`length of the body: ${body.length}`, u32(body.length)],
    ...(body.length > 0 ? ([['body, sealed', sealed]] as const) : []),
    ['tag', tag],
  ]);
}

interface SealedSent {
  readonly requestId: number;
  readonly body: Uint8Array;
  readonly associated: Uint8Array;
}

function download(root: FileHash): string[] {
  const none = `${BEN}${'0'.repeat(44)}` as FileHash;
  const line = { ask: 'line', requestId: 0, root: none, first: 0, count: 1 } as const;
  const piece = { ask: 'piece', requestId: 1, root, first: 0, count: 1 } as const;
  const grant = encodeDataGrant(GRANT);
  const [head, body] = encodePieceAnswer({ type: 'data', requestId: 0, body: grant });
  const seal = new DataSeal(GRANT.uploaderKey);
  const nothing = new Uint8Array(0);
  const hello = helloOf(GRANT);
  return [
    '### The download\n',
    'Ben connects to port 17119 of Anna with the key that `locate` named, and asks for a data line.\n',
    requestFrame('Request', line, [
      ['the peer id of Ben', idOf(BEN)],
      ['zeros', new Uint8Array(22)],
    ]),
    frame('Head of the answer', head, [
      ['version 2', head.subarray(0, 1)],
      ['type: a body follows', head.subarray(1, 2)],
      ['request id 0', u32(0)],
    ]),
    frame('Body of the answer: the grant', body, [
      [`port ${GRANT.port}`, u16(GRANT.port)],
      ['line id', GRANT.lineId],
      ['asker key', GRANT.askerKey],
      ['uploader key', GRANT.uploaderKey],
    ]),
    `Ben connects to port ${GRANT.port} of Anna by plain TCP.\n`,
    frame('The only bytes he sends there', hello, [
      ['line id', GRANT.lineId],
      ['tag of nothing under the asker key', hello.subarray(GRANT.lineId.length)],
    ]),
    sealedFrame('The first frame, Anna to Ben: the line is up', seal, {
      ...{ requestId: 0, body: nothing, associated: GRANT.lineId },
    }),
    'Ben asks for the only piece, on the control line.\n',
    requestFrame('Request', piece, [['root of the file', Buffer.from(root, 'hex')]]),
    sealedFrame('The second frame, Anna to Ben: the piece', seal, {
      ...{ requestId: 1, body: BODY, associated: dataAssociated(piece, BODY.length) },
    }),
    dump('The body, opened', BODY),
  ];
}

/** The chapter, from its title to the end of the page. */
export async function wireExamples(): Promise<string> {
  const blake3 = await loadBlake3();
  const builder = new FileRootBuilder(blake3);
  const digest = blake3.hash(BODY);
  builder.push(digest);
  const root = builder.finish(BODY.length);
  const proof =
    `\`H\` of it is \`${hexOf(digest)}\`. With the size that is the root ` +
    `\`K("iwanto 1 file root", u64(${BODY.length}) ‖ H)\` = \`${root}\`, the one he asked for: the piece is right.\n`;
  return [HEAD.replace('ANNA', ANNA), ...search(root), ...download(root), proof].join('\n');
}
