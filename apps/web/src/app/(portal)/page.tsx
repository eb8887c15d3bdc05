import { redirect } from 'next/navigation';
import { pathTo } from '../../lib/path-builder.ts';

export default function Page() {
  redirect(pathTo.instances());
}
