import type { Metadata } from 'next';
import { Offerings } from '../../../../features/offering/offerings.tsx';

export const metadata: Metadata = { title: 'Compute offerings' };

export default function Page() {
  return <Offerings />;
}
