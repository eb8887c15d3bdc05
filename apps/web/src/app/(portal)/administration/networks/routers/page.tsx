import type { Metadata } from 'next';
import { Routers } from '../../../../../features/network/routers.tsx';

export const metadata: Metadata = { title: 'Routers' };

export default function Page() {
  return <Routers />;
}
