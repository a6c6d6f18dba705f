/** Token buckets: how often something may happen. Plain data, so that a state that holds them can be copied. */

export interface Rate {
  readonly perSecond: number;
  /** How many may come in a burst after a pause. */
  readonly burst: number;
}

export interface Bucket {
  tokens: number;
  /** The time up to which it is refilled, in ms. */
  atMs: number;
}

/** The bucket as it is now; one that is not known yet is full. If the clock goes back, nothing is refilled. */
export function refilled(bucket: Bucket | undefined, rate: Rate, nowMs: number): Bucket {
  const { perSecond, burst } = rate;
  if (!bucket) return { tokens: burst, atMs: nowMs };
  const earned = (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1_000;
  return { tokens: Math.min(burst, bucket.tokens + earned), atMs: nowMs };
}

/** Takes one token from each bucket, or none from any if one of them is empty. */
export function spend(...buckets: Bucket[]): boolean {
  const isEnough = buckets.every(({ tokens }) => tokens >= 1);
  if (isEnough) for (const bucket of buckets) bucket.tokens -= 1;
  return isEnough;
}
