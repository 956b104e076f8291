// What the build takes of noble (scripts/noble.mjs). Vitest runs the sources with the same text.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cutNoble } from '../scripts/noble.mjs';

const sourceOf = (file: string) => readFileSync(new URL(`../node_modules/${file}`, import.meta.url), 'utf8');
const linesOf = (text: string) => text.split('\n').filter((line) => line.trim().length > 2);

it.each<[file: string, without: RegExp, withIt: RegExp, ownLines: number]>([
  ['@noble/ciphers/aes.js', /function (?:ctrCounter|ctr32|cmac|dbl)\(/, /function expandKeyDecLE\(/, 5],
  ['@noble/ciphers/utils.js', /was destroyed|"output" expected/, /export function copyBytes\(/, 3],
  ['@noble/hashes/utils.js', /was destroyed|"output" expected/, /export function createView\(/, 3],
  ['@noble/hashes/_md.js', /clone/, /class HashMD/, 0],
  ['@noble/hashes/sha2.js', /clone/, /class _SHA256/, 0],
  ['@noble/hashes/legacy.js', /clone/, /class _SHA1/, 0],
])('%s is taken as it stands but for what is cut, of this version alone', (file, without, withIt, ownLines) => {
  const source = sourceOf(file);
  const cut = cutNoble(file);
  expect(source).toMatch(without);
  expect(cut).not.toMatch(without);
  expect(cut).toMatch(withIt);
  expect(linesOf(cut).filter((line) => !source.includes(line))).toHaveLength(ownLines);
  expect(() => cutNoble(file, `${source}\n`)).toThrow('not of the version');
});

it.each(['@noble/ciphers/utils.js', '@noble/hashes/utils.js'])(
  'a check of %s still gives what it was given',
  async (file) => {
    const { abytes, aexists, aoutput, copyBytes } = await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(cutNoble(file))}`
    );
    const bytes = Uint8Array.of(1, 2);
    for (const check of [abytes, aexists, aoutput]) expect(check(bytes)).toBe(bytes);
    expect(copyBytes(bytes)).toEqual(bytes); // where words are big-endian, keys are copied by it
  },
);
