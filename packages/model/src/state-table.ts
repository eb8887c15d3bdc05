import { DomainError } from './errors.ts';

/** Which state may follow which, for one kind of thing. */
export type Moves<S extends string> = Record<S, readonly S[]>;

/** The questions every state table answers. `noun` is for messages: "An instance that is running cannot become starting". */
export function stateTable<S extends string>(noun: string, moves: Moves<S>) {
  function canMove(from: S, to: S): boolean {
    return moves[from].includes(to);
  }
  function is(text: string): text is S {
    return Object.hasOwn(moves, text);
  }
  return {
    noun,
    moves,
    canMove,
    /** The states that may become `to`. */
    before: (to: S): S[] =>
      Object.keys(moves)
        .filter(is)
        .filter((from) => canMove(from, to)),
    is,
    assertCanMove(from: S, to: S): void {
      if (canMove(from, to)) return;
      const article = /^[aeiou]/.test(noun) ? 'An' : 'A';
      throw new DomainError('INVALID_STATE', `${article} ${noun} that is ${from} cannot become ${to}.`, { from, to });
    },
  };
}
