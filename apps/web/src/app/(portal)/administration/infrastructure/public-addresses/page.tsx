import type { Metadata } from 'next';
import { PublicAddresses } from '../../../../../features/infrastructure/public-addresses.tsx';

export const metadata: Metadata = { title: 'Public addresses' };

export default function Page() {
  return <PublicAddresses />;
}
