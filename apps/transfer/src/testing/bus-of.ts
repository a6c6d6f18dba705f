/** What a tracker would answer of what stands on a shelf. */
import { Failure, type FileHash, type Holder, type Kind, type LocateAnswer } from '@iwanto/wire';

interface Named {
  readonly names: ReadonlyMap<FileHash, { name: string; size: number; kind: Kind }>;
}

export const busOf = (shelf: Named, holders: Holder[]) => {
  const located = (hash: string): LocateAnswer => {
    const [whole] = [...shelf.names.keys()].filter((one) => one.startsWith(hash));
    if (!whole) throw new Failure('E_NOT_FOUND', 'nothing');
    return { hash: whole, ...shelf.names.get(whole)!, holders };
  };
  const results = () => [...shelf.names].map(([hash, named]) => ({ hash, ...named }));
  return {
    call: (async (verb: string, { hash }: { hash: string }) =>
      verb === 'search' ? { results: results() } : located(hash)) as never,
  };
};
