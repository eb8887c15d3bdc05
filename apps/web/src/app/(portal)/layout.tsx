import { getServerSession } from 'next-auth';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { Shell } from '../../features/shell/shell.tsx';
import { authOptions } from '../../lib/auth.ts';
import { changesHere } from '../../lib/changes.ts';
import { pathTo } from '../../lib/path-builder.ts';

export default async function PortalLayout({ children }: { children: ReactNode }) {
  const session = await getServerSession(authOptions);
  if (!session) redirect(pathTo.signIn());
  return (
    <Shell person={{ id: session.userId, name: session.user?.name ?? '' }} changes={await changesHere()}>
      {children}
    </Shell>
  );
}
