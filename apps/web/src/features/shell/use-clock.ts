'use client';
import { useEffect, useState } from 'react';

/** The time, again and again. What shows it is made in the browser alone, from data that came later than the page. */
export function useClock(everyMs: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
