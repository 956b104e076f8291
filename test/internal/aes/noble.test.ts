import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cutAes } from '../../../scripts/noble.mjs';
import { nobleAesCbc } from '../../../src/internal/aes/noble.ts';
import { aesCbcArgumentsSuite, aesCbcSuite } from './engine.suite.ts';

aesCbcSuite('noble', nobleAesCbc);
aesCbcArgumentsSuite('noble', nobleAesCbc);

describe('what the build takes of noble-ciphers', () => {
  const source = readFileSync(new URL('../../../node_modules/@noble/ciphers/aes.js', import.meta.url), 'utf8');

  it('is of the version that it was written for, and of no other', () => {
    expect(cutAes(source)).toContain('function expandKeyDecLE');
    expect(() => cutAes(`${source}\n`)).toThrow('not the version');
  });

  it('is text of it as it stands, without modes of operation', () => {
    const [, ...lines] = cutAes(source).split('\n');
    const own = lines.filter((line) => line.length > 12 && !source.includes(line));
    expect(own).toHaveLength(3); // the function around it, what that returns, and what is exported
    for (const mode of ['ctr', 'gcm', 'siv', 'cmac']) expect(cutAes(source).toLowerCase()).not.toContain(`${mode}(`);
  });
});
