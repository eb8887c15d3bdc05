import type { Metadata } from 'next';
import { Wallboard } from '../../../../features/administration/wallboard.tsx';

export const metadata: Metadata = { title: 'Wallboard' };

export default function Page() {
  return <Wallboard />;
}
