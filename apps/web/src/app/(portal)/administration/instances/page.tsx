import type { Metadata } from 'next';
import { AllInstances } from '../../../../features/instance/all-instances.tsx';

export const metadata: Metadata = { title: 'All instances' };

export default function Page() {
  return <AllInstances />;
}
