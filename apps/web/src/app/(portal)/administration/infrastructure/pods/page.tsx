import type { Metadata } from 'next';
import { Pods } from '../../../../../features/infrastructure/pods.tsx';

export const metadata: Metadata = { title: 'Pods' };

export default function Page() {
  return <Pods />;
}
