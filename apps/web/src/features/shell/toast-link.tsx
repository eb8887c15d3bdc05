'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';

export function ToastLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="font-medium text-accent underline underline-offset-2">
      {children}
    </Link>
  );
}
