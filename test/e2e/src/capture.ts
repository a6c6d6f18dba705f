/** Searches a network capture for many secrets in one pass. */

/** Bytes of a secret that are looked up; a match of these is compared as a whole. */
const HEAD_BYTES = 6;

/** The secrets that occur in a recording. */
export function plantedIn(recording: Buffer, secrets: readonly Buffer[]): string[] {
  const byHead = new Map<number, Buffer[]>();
  for (const secret of secrets) {
    const head = secret.readUIntBE(0, HEAD_BYTES);
    byHead.set(head, [...(byHead.get(head) ?? []), secret]);
  }
  const found = new Set<string>();
  for (let at = 0; at + HEAD_BYTES <= recording.length; at += 1) {
    for (const secret of byHead.get(recording.readUIntBE(at, HEAD_BYTES)) ?? []) {
      const part = recording.subarray(at, at + secret.length);
      if (part.equals(secret)) found.add(secret.toString('hex'));
    }
  }
  return [...found];
}
