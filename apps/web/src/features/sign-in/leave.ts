import { pathTo } from '../../lib/path-builder.ts';

/** Signs out, and begins a whole new page: nothing of who was here stays. */
export async function leave(): Promise<void> {
  const { signOut } = await import('next-auth/react'); // only those who leave load it
  await signOut({ redirect: false });
  location.assign(pathTo.signIn());
}
