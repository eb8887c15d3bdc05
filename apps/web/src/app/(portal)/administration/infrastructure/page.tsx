import type { Metadata } from 'next';
import { Zones } from '../../../../features/infrastructure/zones.tsx';

export const metadata: Metadata = { title: 'Zones' };

export default function Page() {
  return <Zones />;
}
