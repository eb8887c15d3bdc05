import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { Providers } from '../features/shell/providers.tsx';
import { APPEARANCE_COOKIE, readAppearance } from '../features/shell/appearance.ts';
import './globals.css';

export const metadata: Metadata = { title: { default: 'Nephos', template: '%s · Nephos' } };
export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  const { theme, density } = readAppearance((name) => jar.get(APPEARANCE_COOKIE[name])?.value);
  return (
    <html lang="en" data-theme={theme} data-density={density}>
      <body className="font-sans antialiased">
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
