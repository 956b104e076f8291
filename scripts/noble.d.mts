import type { Plugin } from 'esbuild';

export function cutAes(source?: string): string;
export const esbuildNoble: Plugin;
export const viteNoble: {
  name: string;
  enforce: 'pre';
  resolveId(specifier: string, importer: string | undefined): string | undefined;
  load(id: string): string | undefined;
};
