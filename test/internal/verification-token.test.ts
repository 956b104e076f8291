import { expect, it } from 'vitest';
import { requireVerificationToken } from '../../src/internal/verification-token.ts';
import { refusalOf } from '../helpers.ts';

it('accepts the token of the app', () => {
  expect(() => requireVerificationToken('v-token', 'v-token')).not.toThrow();
});

it.each([['v-tokeN'], ['v-token '], ['v-toke'], [''], [undefined], [null], [7], [['v-token']]])(
  'refuses %j',
  (token) => {
    expect(refusalOf(() => requireVerificationToken(token, 'v-token'))).toEqual({
      code: 'ERR_TOKEN',
      message: 'the Verification Token is not that of this app: check the console',
      platformCode: undefined,
    });
  },
);
