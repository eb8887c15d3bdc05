import { getServerSession } from 'next-auth';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { Live } from '../../features/live/live.tsx';
import { authOptions } from '../../lib/auth.ts';
import { changesHere } from '../../lib/changes.ts';
import { pathTo } from '../../lib/path-builder.ts';

/** Pages that are all one thing, without the menus around. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  if (!(await getServerSession(authOptions))) redirect(pathTo.signIn());
  return (
    <Live from={await changesHere()}>
      <main>{children}</main>
    </Live>
  );
}
