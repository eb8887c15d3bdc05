import type { ReactNode } from 'react';
import { AdministrationTexts } from '../../../features/administration/administration-texts.tsx';

export default function AdministrationLayout({ children }: { children: ReactNode }) {
  return <AdministrationTexts>{children}</AdministrationTexts>;
}
