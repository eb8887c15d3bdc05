import type { Metadata } from 'next';
import { AboutMe } from '../../../features/profile/about-me.tsx';

export const metadata: Metadata = { title: 'Profile' };

export default function Page() {
  return <AboutMe />;
}
