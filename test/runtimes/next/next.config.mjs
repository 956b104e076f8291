import { join } from 'node:path';

/** @type {import('next').NextConfig} */
export default {
  distDir: '.work',
  // The package is installed in the folder above, for all engines.
  turbopack: { root: join(import.meta.dirname, '..') },
};
