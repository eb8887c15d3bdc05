import type { Metadata } from 'next';
import { DeployForm } from '../../../../features/instance/deploy-form.tsx';

export const metadata: Metadata = { title: 'New instance' };

export default function Page() {
  return <DeployForm />;
}
