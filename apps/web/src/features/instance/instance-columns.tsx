'use client';
import { Menu, MenuCheck, MenuText } from '@nephos/ui/menu';
import { Td, Th } from '@nephos/ui/table';
import { Columns3 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Ago, useBytes } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { SortHead } from '../shell/sort-head.tsx';
import { usePreference } from '../shell/use-preference.ts';
import type { Instance } from './instance-actions.tsx';
import { InstanceStateBadge } from './instance-state.tsx';
import { SORTS, type InstanceSort, type SortColumn } from './use-instance-sort.ts';

/** The name is always there. */
const CHOICES = ['state', 'address', 'template', 'offering', 'size', 'network', 'createdAt'] as const;
/** Those of everybody's instances. */
const EVERYBODYS = ['state', 'account', 'host', 'address', 'template', 'offering', 'size', 'network', 'createdAt'] as const;
type Choice = (typeof EVERYBODYS)[number];
type Column = 'name' | Choice;
const AT_FIRST: readonly Choice[] = ['state', 'address', 'template', 'offering', 'createdAt'];
const EVERYBODYS_AT_FIRST: readonly Choice[] = ['state', 'account', 'host', 'address', 'offering', 'createdAt'];
/** Where the screen is narrow they give way to the others. */
const WIDE: readonly Column[] = ['template', 'offering', 'size', 'network'];
const MIB = 1024 ** 2;

export function useColumns(isEverybodys: boolean): {
  columns: readonly Choice[];
  choices: readonly Choice[];
  setColumns: (columns: readonly Choice[]) => void;
} {
  const [saved, save] = usePreference(isEverybodys ? 'all-instance-columns' : 'instance-columns');
  const choices: readonly Choice[] = isEverybodys ? EVERYBODYS : CHOICES;
  const names = saved.split(' ');
  return {
    choices,
    columns: saved ? choices.filter((one) => names.includes(one)) : isEverybodys ? EVERYBODYS_AT_FIRST : AT_FIRST,
    setColumns: (columns) => save(columns.join(' ') || 'none'),
  };
}

interface ColumnChooserProps {
  columns: readonly Choice[];
  choices: readonly Choice[];
  onChange: (columns: readonly Choice[]) => void;
}

export function ColumnChooser({ columns, choices, onChange }: ColumnChooserProps) {
  const t = useTranslations('instance');
  return (
    <Menu
      label={t('columns')}
      trigger={
        <>
          <Columns3 size={15} aria-hidden />
          <span className="max-sm:hidden">{t('columns')}</span>
        </>
      }
    >
      <MenuText>{t('columnsAbout')}</MenuText>
      {choices.map((column) => {
        const isShown = columns.includes(column);
        return (
          <MenuCheck
            key={column}
            isChecked={isShown}
            onChange={() => onChange(isShown ? columns.filter((one) => one !== column) : [...columns, column])}
          >
            {t(`column.${column}`)}
          </MenuCheck>
        );
      })}
    </Menu>
  );
}

export function InstanceHead({ column, sort, onSort }: { column: Column; sort: InstanceSort; onSort: (column: SortColumn) => void }) {
  const t = useTranslations('instance');
  const label = t(`column.${column}`);
  const sortable = SORTS.find((one) => one === column);
  if (!sortable) return <Th className={WIDE.includes(column) ? 'max-lg:hidden' : ''}>{label}</Th>;
  return <SortHead label={label} direction={column === sort.column ? sort.direction : undefined} onSort={() => onSort(sortable)} />;
}

export function InstanceCell({ column, instance }: { column: Column; instance: Instance }) {
  const t = useTranslations('instance');
  const bytes = useBytes();
  const { cpuCount, memoryMib, nics } = instance;
  const wide = 'max-w-48 truncate max-lg:hidden';
  const cells: Record<Column, () => ReactNode> = {
    name: () => (
      <Td className="max-w-72">
        <RowLink href={pathTo.instance(instance.id)} className="block truncate font-medium text-accent hover:underline" title={instance.name}>
          {instance.name}
        </RowLink>
        {instance.displayName !== instance.name && instance.displayName && (
          <span className="block truncate text-xs text-ink-soft" dir="auto" title={instance.displayName}>
            {instance.displayName}
          </span>
        )}
      </Td>
    ),
    state: () => (
      <Td>
        <InstanceStateBadge state={instance.state} />
      </Td>
    ),
    account: () => (
      <Td className="max-w-48 truncate">
        <RowLink href={pathTo.account(instance.accountId)} className="hover:underline">
          {instance.accountName}
        </RowLink>
      </Td>
    ),
    host: () => (
      <Td className="max-w-48 truncate">
        {instance.host ? (
          <RowLink href={pathTo.host(instance.host.id)} className="hover:underline">
            {instance.host.name}
          </RowLink>
        ) : (
          '–'
        )}
      </Td>
    ),
    address: () => <Td className="font-mono text-[0.8125rem]">{nics.map(({ ip }) => ip).join(', ') || '–'}</Td>,
    template: () => <Td className={wide}>{instance.template.name}</Td>,
    offering: () => <Td className={wide}>{instance.computeOffering.name}</Td>,
    size: () => <Td className={`${wide} text-ink-soft`}>{t('sizeShort', { cpuCount, memory: bytes(memoryMib * MIB) })}</Td>,
    network: () => <Td className={wide}>{nics.map(({ networkName }) => networkName).join(', ') || '–'}</Td>,
    createdAt: () => (
      <Td className="text-ink-soft">
        <Ago time={instance.createdAt} />
      </Td>
    ),
  };
  return cells[column]();
}
