import type { Metadata } from 'next';
import { EventList } from '../../../features/event/event-list.tsx';

export const metadata: Metadata = { title: 'Activity' };

export default function Page() {
  return <EventList />;
}
