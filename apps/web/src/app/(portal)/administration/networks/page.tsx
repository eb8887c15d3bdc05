import type { Metadata } from 'next';
import { Networks } from '../../../../features/network/networks.tsx';

export const metadata: Metadata = { title: 'Networks' };

export default function Page() {
  return <Networks />;
}
