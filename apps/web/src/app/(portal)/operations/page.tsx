import type { Metadata } from 'next';
import { OperationList } from '../../../features/operation/operation-list.tsx';

export const metadata: Metadata = { title: 'Operations' };

export default function Page() {
  return <OperationList />;
}
