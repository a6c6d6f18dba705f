/** What a tracker would answer about the contents of a shelf. */
import {
  type Claim,
  Failure,
  type FileHash,
  type Holder,
  type Kind,
  type LocateAnswer,
} from '@iwanto/wire';

interface Named {
  readonly names: ReadonlyMap<FileHash, { name: string; size: number; kind: Kind }>;
  readonly others: ReadonlyMap<FileHash, Claim[]>;
}

export const busOf = (
  shelf: Named,
  holders: Holder[],
  onLocate: (question: object) => void = () => undefined,
) => {
  const located = (hash: string): LocateAnswer => {
    const [whole] = [...shelf.names.keys()].filter((one) => one.startsWith(hash));
    if (!whole) throw new Failure('E_NOT_FOUND', 'nothing');
    const others = shelf.others.get(whole);
    return { hash: whole, ...shelf.names.get(whole)!, holders, ...(others && { others }) };
  };
  const results = () => [...shelf.names].map(([hash, named]) => ({ hash, ...named }));
  return {
    call: (async (verb: string, question: { hash: string }) => {
      if (verb === 'search') return { results: results() };
      onLocate(question);
      return located(question.hash);
    }) as never,
  };
};
