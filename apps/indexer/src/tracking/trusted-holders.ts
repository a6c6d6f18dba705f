/** Adds what peers claim themselves to what a tracker names: theirs come first if not all fit (HOSTILE 241). */
import {
  type Claim,
  HOLDERS_MAX,
  type LocateAnswer,
  OTHER_CLAIMS_MAX,
  OTHER_HOLDERS_MAX,
} from '@iwanto/wire';

/** True if a tracker has more holders, or more claims, than it can name. */
export function isCut({ holders, others = [] }: LocateAnswer): boolean {
  if (holders.length >= HOLDERS_MAX || others.length >= OTHER_CLAIMS_MAX) return true;
  return others.some((claim) => claim.holders.length >= OTHER_HOLDERS_MAX);
}

export function withClaims(answer: LocateAnswer, own: LocateAnswer | undefined): LocateAnswer {
  if (!own) return answer;
  const claims = [own, ...(own.others ?? [])];
  const { hash, name, others = [] } = answer;
  const isNew = (claim: Claim) => ![answer, ...others].some((one) => isSame(one, claim));
  const rest = [...claims.filter(isNew).map(claimOf), ...others.map((one) => joined(one, claims))];
  const first = joined(answer, claims);
  return {
    hash,
    name,
    ...first,
    ...(rest.length > 0 && { others: rest.slice(0, OTHER_CLAIMS_MAX) }),
  };
}

const isSame = (one: Claim, other: Claim) => one.kind === other.kind && one.size === other.size;

const claimOf = ({ kind, size, holders }: Claim): Claim => ({ kind, size, holders });

function joined(claim: Claim, claims: readonly Claim[]): Claim {
  const early = claims.find((one) => isSame(one, claim))?.holders ?? [];
  const peers = new Set(early.map(({ peer }) => peer));
  const holders = [...early, ...claim.holders.filter(({ peer }) => !peers.has(peer))];
  return { ...claimOf(claim), holders: holders.slice(0, HOLDERS_MAX) };
}
