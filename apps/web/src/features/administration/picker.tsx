'use client';
import { Palette } from '@nephos/ui/palette';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { useNamed, type Picked, type PickKind } from './use-named.ts';

const SHOWN = 20;
const TYPING_MS = 150;

/** One thing of a kind, that the server finds by its name: there may be more of them than a list to choose from could show. */
export function Picker({
  kind,
  label,
  none,
  onPick,
  onClose,
}: {
  kind: PickKind;
  label: string;
  /** Offered first: no thing in particular. */
  none?: string | undefined;
  onPick: (picked: Picked | undefined) => void;
  onClose: () => void;
}) {
  const t = useTranslations('list');
  const [typed, setTyped] = useState('');
  const found = useFound(kind, typed.trim());
  const choose = (picked: Picked | undefined) => () => {
    onPick(picked);
    onClose();
  };
  return (
    <Palette
      onClose={onClose}
      label={label}
      placeholder={t('typeName')}
      empty={t('noMatch')}
      typed={typed}
      onType={setTyped}
      groups={[
        {
          label,
          items: [
            ...(none && !typed ? [{ id: 'none', text: none, onChoose: choose(undefined) }] : []),
            ...found.map(({ id, name }) => ({ id, text: name, onChoose: choose({ id, name }) })),
          ],
        },
      ]}
    />
  );
}

function useFound(kind: PickKind, typed: string): readonly Picked[] {
  const { list } = useNamed()[kind];
  const [search, setSearch] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.slice(0, 100)), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const input = { limit: SHOWN, ...(search && { search }) };
  const query = useQuery({ queryKey: [[kind, 'list'], 'picker', input], queryFn: () => list(input), placeholderData: keepPreviousData });
  return query.data?.items ?? [];
}
