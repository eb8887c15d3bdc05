import type { Metadata } from 'next';
import { AppearanceForm } from '../../../../features/profile/appearance-form.tsx';

export const metadata: Metadata = { title: 'Appearance' };

export default function Page() {
  return <AppearanceForm />;
}
