import type { Metadata } from 'next';
import { ApiReference } from '../../../features/api-reference/api-reference.tsx';

export const metadata: Metadata = { title: 'API reference' };

export default function Page() {
  return <ApiReference />;
}
