import type { Metadata } from 'next';
import { Accounts } from '../../../../features/people/accounts.tsx';

export const metadata: Metadata = { title: 'Accounts' };

export default function Page() {
  return <Accounts />;
}
