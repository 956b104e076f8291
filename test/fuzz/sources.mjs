// The sources, and where in them a piece of text stands: plants and explained faults name the code that they are about by
// its text, and so follow it wherever it moves.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/**
 * Every module of src/ that can be imported, by its path there without `.ts`: the kernel is AssemblyScript, and the command
 * runs when it is imported.
 */
export const sources = readdirSync(join(root, 'src'), { recursive: true })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('kernel.ts') && path !== 'cli.ts')
  .map((path) => ({
    name: path.slice(0, -'.ts'.length).replaceAll('\\', '/'),
    path: join(root, 'src', path),
    text: readFileSync(join(root, 'src', path), 'utf8'),
  }));

/** The one source that holds `pattern` once, and where; an error where there is none, or more than one place. */
export function locate(pattern) {
  const everywhere = new RegExp(pattern.source, `${pattern.flags}g`);
  const places = sources.flatMap((source) =>
    [...source.text.matchAll(everywhere)].map(({ index }) => ({ source, index })),
  );
  if (places.length === 1) return places[0];
  const where = places.map(({ source }) => source.name).join(', ') || 'nowhere';
  throw new Error(`must fit one place in src/, and fits ${where}: ${pattern}`);
}
