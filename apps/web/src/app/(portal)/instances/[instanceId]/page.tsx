import type { Metadata } from 'next';
import { InstancePage } from '../../../../features/instance/instance-page.tsx';

export const metadata: Metadata = { title: 'Instance' };

export default async function Page({ params }: { params: Promise<{ instanceId: string }> }) {
  return <InstancePage instanceId={(await params).instanceId} />;
}
