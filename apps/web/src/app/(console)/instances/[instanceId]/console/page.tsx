import type { Metadata } from 'next';
import { ConsolePage } from '../../../../../features/console/console-page.tsx';

export const metadata: Metadata = { title: 'Console' };

export default async function Page({ params }: { params: Promise<{ instanceId: string }> }) {
  return <ConsolePage instanceId={(await params).instanceId} />;
}
