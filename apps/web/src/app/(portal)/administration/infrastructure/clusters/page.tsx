import type { Metadata } from 'next';
import { Clusters } from '../../../../../features/infrastructure/clusters.tsx';

export const metadata: Metadata = { title: 'Clusters' };

export default function Page() {
  return <Clusters />;
}
