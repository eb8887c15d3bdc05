import type { Metadata } from 'next';
import { HostPage } from '../../../../../features/host/host-page.tsx';

export const metadata: Metadata = { title: 'Host' };

export default async function Page({ params }: { params: Promise<{ hostId: string }> }) {
  const { hostId } = await params;
  return <HostPage hostId={hostId} />;
}
