import type { Metadata } from 'next';
import { OperationPage } from '../../../../features/operation/operation-page.tsx';

export const metadata: Metadata = { title: 'Operation' };

export default async function Page({ params }: { params: Promise<{ operationId: string }> }) {
  return <OperationPage operationId={(await params).operationId} />;
}
