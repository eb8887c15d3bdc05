import type { Metadata } from 'next';
import { Pools } from '../../../../../features/infrastructure/pools.tsx';

export const metadata: Metadata = { title: 'Storage pools' };

export default function Page() {
  return <Pools />;
}
