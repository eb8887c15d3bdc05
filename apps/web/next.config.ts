import path from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  transpilePackages: ['@nephos/ui', '@nephos/model', '@nephos/config'],
  turbopack: { root: path.join(import.meta.dirname, '../..') },
  typescript: { ignoreBuildErrors: true }, // `npm run check` reads the types, of this folder too
  poweredByHeader: false,
  compress: false, // a balancer's work; on one machine it only costs
  devIndicators: false,
  experimental: { staleTimes: { dynamic: 300 } }, // pages hold no data, so one that was visited need not be fetched again
};
export default config;
