'use client';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';

/** What a page shows is in its address: it can be sent to somebody, and the back button works. An empty value leaves the address. */
export function useUrlState() {
  const params = useSearchParams();
  const pathname = usePathname();
  const router = useRouter();
  return {
    get: (name: string) => params.get(name) ?? '',
    set: (values: Record<string, string>, how: 'push' | 'replace' = 'push') => {
      const next = new URLSearchParams(params);
      for (const [name, value] of Object.entries(values)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      router[how](`${pathname}${next.size > 0 ? `?${next}` : ''}`, { scroll: false });
    },
  };
}
