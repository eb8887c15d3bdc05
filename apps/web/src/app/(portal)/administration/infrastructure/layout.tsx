import type { ReactNode } from 'react';
import { InfrastructureFrame } from '../../../../features/infrastructure/infrastructure-frame.tsx';

export default function InfrastructureLayout({ children }: { children: ReactNode }) {
  return <InfrastructureFrame>{children}</InfrastructureFrame>;
}
