'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';

interface Tab {
  text: string;
  path: string;
  /** Left out: when its path is the page's. */
  isHere?: boolean;
}

/** Pages that belong together. Each has its own address. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="mb-4 overflow-x-auto border-b border-line">
      <ul className="flex gap-1">
        {tabs.map(({ text, path, isHere = pathname === path }) => (
          <li key={path}>
            <Link
              href={path}
              scroll={false}
              aria-current={isHere ? 'page' : undefined}
              className={`block border-b-2 px-3 py-2 whitespace-nowrap ${isHere ? 'border-accent font-medium text-accent' : 'border-transparent text-ink-soft hover:text-ink'}`}
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
