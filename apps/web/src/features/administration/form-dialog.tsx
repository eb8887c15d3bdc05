'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { useTranslations } from 'next-intl';
import { useId, type ReactNode, type SubmitEvent } from 'react';
import { problemOf } from '../../trpc/problem.ts';
import { ProblemNote } from '../shell/parts.tsx';

interface FormDialogProps<I> {
  title: string;
  about?: ReactNode;
  submit: string;
  /** What the order means is grave. */
  isGrave?: boolean;
  order: { error: unknown; isPending: boolean; mutate: (input: I) => void };
  /** What the form holds, as the API takes it. */
  read: (form: FormData) => I;
  onClose: () => void;
  /** Those that show what the server says of them. */
  fields?: readonly string[];
  /** Gets what the server said of each field. */
  children?: (errorOf: (field: string) => string | undefined) => ReactNode;
}

/** A question with an order as its answer; what the server refuses is said at its field, or above when it is of none. */
export function FormDialog<I>({ title, about, submit, isGrave = false, order, read, onClose, fields = [], children }: FormDialogProps<I>) {
  const shell = useTranslations('shell');
  const id = useId();
  const problem = order.error ? problemOf(order.error) : undefined;
  const isElsewhere = problem !== undefined && !fields.some((field) => problem.fields.has(field));
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!order.isPending) order.mutate(read(new FormData(event.currentTarget)));
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      about={about}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button type="submit" form={id} look={isGrave ? 'danger' : 'primary'} isBusy={order.isPending}>
            {submit}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={send} className="grid gap-4">
        {isElsewhere && <ProblemNote error={order.error} />}
        {children?.((field) => problem?.fields.get(field))}
      </form>
    </Dialog>
  );
}
