import type { Metadata } from 'next';
import { ApiKeys } from '../../../../features/api-key/api-keys.tsx';

export const metadata: Metadata = { title: 'API keys' };

export default function Page() {
  return <ApiKeys />;
}
