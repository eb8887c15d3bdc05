import type { ReactNode } from 'react';
import { CatalogueFrame } from '../../../../features/offering/catalogue-frame.tsx';

export default function Layout({ children }: { children: ReactNode }) {
  return <CatalogueFrame>{children}</CatalogueFrame>;
}
