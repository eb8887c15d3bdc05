import { getServerSession } from 'next-auth';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { Shell } from '../../features/shell/shell.tsx';
import { readTheme, THEME_COOKIE } from '../../features/shell/theme.ts';
import { authOptions } from '../../lib/auth.ts';
import { pathTo } from '../../lib/path-builder.ts';

export default async function PortalLayout({ children }: { children: ReactNode }) {
  const session = await getServerSession(authOptions);
  if (!session) redirect(pathTo.signIn());
  return (
    <Shell person={{ id: session.userId, name: session.user?.name ?? '' }} theme={readTheme((await cookies()).get(THEME_COOKIE)?.value)}>
      {children}
    </Shell>
  );
}
