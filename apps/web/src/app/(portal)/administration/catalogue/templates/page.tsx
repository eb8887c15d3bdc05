import type { Metadata } from 'next';
import { Templates } from '../../../../../features/template/templates.tsx';

export const metadata: Metadata = { title: 'Templates' };

export default function Page() {
  return <Templates />;
}
