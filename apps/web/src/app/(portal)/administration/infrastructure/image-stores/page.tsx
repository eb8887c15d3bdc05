import type { Metadata } from 'next';
import { ImageStores } from '../../../../../features/infrastructure/image-stores.tsx';

export const metadata: Metadata = { title: 'Image stores' };

export default function Page() {
  return <ImageStores />;
}
