import type { Metadata } from 'next';
import { InstanceList } from '../../../../features/instance/instance-list.tsx';

export const metadata: Metadata = { title: 'All instances' };

export default function Page() {
  return <InstanceList />;
}
