import type { Metadata } from 'next';
import { AccountPage } from '../../../../../../features/people/account-page.tsx';

export const metadata: Metadata = { title: 'Account' };

export default async function Page({ params }: { params: Promise<{ accountId: string }> }) {
  return <AccountPage accountId={(await params).accountId} />;
}
