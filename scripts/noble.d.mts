import type { Plugin } from 'esbuild';

export function cutNoble(file: string, source?: string): string;
export const esbuildNoble: Plugin;
export const viteNoble: {
  name: string;
  enforce: 'pre';
  resolveId(specifier: string, importer: string | undefined): string | undefined;
  load(id: string): string | undefined;
};
