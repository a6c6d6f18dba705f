/** Which parts of a piece are not all zeros, so that a sparse file arrives sparse. */

/** Holes are looked for in steps of this many bytes: a multiple of what file systems allocate. */
const STEP_BYTES = 65_536;
const ZEROS = Buffer.alloc(STEP_BYTES);

export interface Run {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The runs of `body` that hold anything but zeros, in order. */
export function dataRuns(body: Uint8Array): Run[] {
  const runs: { from: number; to: number }[] = [];
  for (let from = 0; from < body.length; from += STEP_BYTES) {
    const to = Math.min(from + STEP_BYTES, body.length);
    if (ZEROS.compare(body, from, to, 0, to - from) === 0) continue;
    const last = runs.at(-1);
    if (last?.to === from) last.to = to;
    else runs.push({ from, to });
  }
  return runs;
}
