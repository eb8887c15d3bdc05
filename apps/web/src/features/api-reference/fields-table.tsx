'use client';

import { Table, Td, Th } from '@nephos/ui/table';
import { Tag } from '@nephos/ui/tag';
import { useTranslations } from 'next-intl';
import type { Field } from './document.ts';

/** What an object holds, field by field. */
export function FieldsTable({ label, fields, isInput }: { label: string; fields: readonly Field[]; isInput: boolean }) {
  const t = useTranslations('apiReference');
  if (fields.length === 0) return <p className="px-4 py-3 text-ink-soft">{t(isInput ? 'noInput' : 'noOutput')}</p>;
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>{t('field')}</Th>
          <Th>{t('type')}</Th>
          <Th>{t('limits')}</Th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- variants of one thing may have the same field twice
          <tr key={`${field.path} ${index}`}>
            <Td className="align-top font-mono text-[0.8125rem]">
              {field.path} {isInput && field.isRequired && <Tag tone="accent">{t('required')}</Tag>}
            </Td>
            <Td className="align-top">
              {field.type}
              {field.isNullable && ` ${t('orNull')}`}
            </Td>
            <Td className="align-top break-words text-ink-soft">
              <Limits field={field} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Limits({ field: { limits, choices, fallback } }: { field: Field }) {
  const t = useTranslations('apiReference');
  const told = [
    ...(choices.length > 0 ? [t('oneOf', { choices: choices.join(', ') })] : []),
    ...limits.map(([limit, value]) => t(`limit.${limit}`, { value })),
    ...(fallback === undefined ? [] : [t('fallback', { value: fallback })]),
  ];
  return told.join('; ') || '–';
}
