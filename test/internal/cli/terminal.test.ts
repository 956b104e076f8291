import { expect, it } from 'vitest';
import {
  describe as describeMessage,
  safeJson,
  safeLine,
  safeLines,
  writableEvent,
} from '../../../src/internal/cli/terminal.ts';

it('writes control characters, marks of direction and line separators out', () => {
  expect(safeLine('a\x1b[2J\x07\r\n\x7f\x9b\u202e\u2066\u200b\u2028\ufeff你😀')).toBe(
    'a\\u{1b}[2J\\u{7}\\u{d}\\u{a}\\u{7f}\\u{9b}\\u{202e}\\u{2066}\\u{200b}\\u{2028}\\u{feff}你😀',
  );
  expect(safeLine('\ud800')).toBe('\\u{d800}');
  expect(safeLines('a\nb\x1bc\r\n')).toBe('a\nb\\u{1b}c\\u{d}\n');
});

it('describes a message, its event or else its text', () => {
  const base = { kind: 'event', type: 'a\nb', text: 'x\x1b\ny' };
  expect(describeMessage({ ...base, id: '1', event: { a: '\x9b' } })).toBe(
    'event a\\u{a}b 1\n  {\n    "a": "\\u{9b}"\n  }\n',
  );
  expect(describeMessage({ ...base, event: undefined })).toBe('event a\\u{a}b\n  x\\u{1b}\n  y\n');
  expect(describeMessage({ ...base, event: null })).toBe('event a\\u{a}b\n  x\\u{1b}\n  y\n');
});

it('describes a message that is nested too deep to be written by its text', () => {
  const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  expect(writableEvent({ a: 1 })).toEqual({ a: 1 });
  expect(writableEvent(deep)).toBeUndefined();
  expect(describeMessage({ kind: 'event', type: 'm', event: deep, text: '[[' })).toBe('event m\n  [[\n');
});

it('writes data so that a terminal shows it and a parser reads what it was', () => {
  const data = { path: '/\x9b2J\x7f\u202e\u2028\u{e0041}\ud800你😀', text: 'a\n\x1b' };
  const json = safeJson(data);
  expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  expect(json).toContain('你😀');
  expect(JSON.parse(json)).toEqual(data);
});
