'use client';
import { createContext, use } from 'react';

/** Who has signed in. */
export interface Person {
  id: string;
  name: string;
}

const PersonContext = createContext<Person>({ id: '', name: '' });
export const PersonProvider = PersonContext.Provider;
export const usePerson = (): Person => use(PersonContext);
