import type { Metadata } from 'next';
import { SshKeys } from '../../../features/ssh-key-pair/ssh-keys.tsx';

export const metadata: Metadata = { title: 'SSH keys' };

export default function Page() {
  return <SshKeys />;
}
