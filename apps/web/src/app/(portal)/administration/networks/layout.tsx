import type { ReactNode } from 'react';
import { NetworkFrame } from '../../../../features/network/network-frame.tsx';

export default function NetworksLayout({ children }: { children: ReactNode }) {
  return <NetworkFrame>{children}</NetworkFrame>;
}
