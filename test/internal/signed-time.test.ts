import { describe, expect, it, vi } from 'vitest';
import { readHeaders } from '../../src/internal/request.ts';
import { requireSignedTime, type SignedTimeHeaders } from '../../src/internal/signed-time.ts';
import { codeOf, errorOf, NOW } from '../helpers.ts';

const HEADERS: SignedTimeHeaders = ['x-signature', 'x-time'];
const freshness = { toleranceSeconds: 60, now: () => NOW };
const sign = (timestamp: string) => `signed ${timestamp}`;
const right = { 'x-signature': sign('1700000000000'), 'x-time': '1700000000000' };

function read(headers: Record<string, string | string[]>, given = freshness): string {
  return requireSignedTime(readHeaders({ headers }, ...HEADERS), HEADERS, sign, given);
}

describe('requireSignedTime', () => {
  it('gives the time as it was signed, whatever the case of the headers’ names', () => {
    expect(read(right)).toBe('1700000000000');
    expect(read({ 'X-SIGNATURE': sign('1700000000'), 'X-Time': '1700000000' })).toBe('1700000000');
  });

  it.each<[missing: string, headers: Record<string, string>]>([
    ['x-signature', { 'x-time': right['x-time'] }],
    ['x-signature', { ...right, 'x-signature': '' }],
    ['x-signature', {}],
    ['x-time', { 'x-signature': right['x-signature'] }],
    ['x-time', { 'x-signature': sign(''), 'x-time': '' }],
  ])('refuses a request without %s by its name: %j', (missing, headers) => {
    expect(codeOf(() => read(headers))).toBe('ERR_SIGNATURE');
    expect(errorOf(() => read(headers)).message).toBe(`the request has no header ${missing}: pass headers`);
  });

  it('signs nothing where there is nothing to compare', () => {
    const signed = vi.fn(sign);
    for (const sent of [[undefined, '1700000000000'], ['s', undefined], []]) {
      errorOf(() => requireSignedTime(sent, HEADERS, signed, freshness));
    }
    expect(signed).not.toHaveBeenCalled();
  });

  it('compares the signature letter for letter, before the window', () => {
    for (const wrong of ['SIGNED 1700000000000', sign('1700000000001'), `${right['x-signature']} `]) {
      const headers = { ...right, 'x-signature': wrong };
      for (const given of [freshness, { ...freshness, now: () => 0 }]) {
        expect(codeOf(() => read(headers, given))).toBe('ERR_SIGNATURE');
        expect(errorOf(() => read(headers, given)).message).toBe('x-signature does not match: check the secret');
      }
    }
  });

  it('takes seconds and milliseconds inside the window, and nothing else', () => {
    const at = (timestamp: string) => read({ 'x-signature': sign(timestamp), 'x-time': timestamp });
    for (const edge of ['1700000060', '1699999940', '1700000060000', '1699999940000']) expect(at(edge)).toBe(edge);
    for (const outside of [
      '1700000061',
      '1699999939',
      '1700000060001',
      '1699999939999',
      'now',
      '1.7e12',
      '17000000000',
    ]) {
      expect(codeOf(() => at(outside))).toBe('ERR_TIMESTAMP');
    }
    const open = { ...freshness, toleranceSeconds: Number.POSITIVE_INFINITY };
    expect(read({ 'x-signature': sign('now'), 'x-time': 'now' }, open)).toBe('now');
  });

  it('refuses a header that is there twice with different values', () => {
    expect(read({ ...right, 'x-time': [right['x-time'], right['x-time']] })).toBe('1700000000000');
    for (const name of HEADERS) expect(codeOf(() => read({ ...right, [name]: ['1', '2'] }))).toBe('ERR_REQUEST');
  });
});
