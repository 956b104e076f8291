import { describe, expect, it, vi } from 'vitest';
import { ask, firstSound, type Runtime, thisRuntime } from '../../src/internal/runtime.ts';
import { processWith, refuse, throwing, whileThrowing, withProcess } from '../throwing-runtime.ts';

describe('ask', () => {
  it('is what was found', () => {
    for (const value of [undefined, null, 0, 'found']) expect(ask(() => value)).toBe(value);
  });

  it('is nothing where the look throws', () => {
    expect(ask(refuse)).toBeUndefined();
  });
});

describe('thisRuntime', () => {
  it('finds what Node has', () => {
    expect(thisRuntime()).toEqual({
      buffer: process.getBuiltinModule('node:buffer'),
      crypto: process.getBuiltinModule('node:crypto'),
      versions: { v8: process.versions.v8, webkit: undefined },
      TextEncoder,
      TextDecoder,
    });
  });

  const nothing = {
    buffer: undefined,
    crypto: undefined,
    versions: { v8: undefined, webkit: undefined },
    TextEncoder,
    TextDecoder,
  };
  it.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['an empty one, as bundlers put in', {}],
    ['one of an older Node', { versions: {} }],
    ['one whose getBuiltinModule is no function', { getBuiltinModule: {}, versions: null }],
  ])('needs a process that gives modules: %s', (_, process) => {
    expect(withProcess(process as object, thisRuntime)).toEqual(nothing);
  });

  it('asks for the two modules only, and for node:crypto where it is looked at', () => {
    const asked: string[] = [];
    withProcess({ getBuiltinModule: (name: string) => void asked.push(name) }, () => {
      const runtime = thisRuntime();
      expect(asked).toEqual(['node:buffer']);
      expect(runtime.crypto).toBeUndefined();
    });
    expect(asked).toEqual(['node:buffer', 'node:crypto']);
  });

  it('asks getBuiltinModule as a method of process, which some runtimes need', () => {
    const owners: unknown[] = [];
    const process = {
      getBuiltinModule(this: unknown) {
        owners.push(this);
      },
    };
    withProcess(process, () => thisRuntime().crypto);
    expect(owners).toEqual([process, process]);
  });

  const found = () => {
    const { versions, ...rest } = thisRuntime();
    return Object.fromEntries(Object.entries({ ...versions, ...rest }).map(([name, value]) => [name, Boolean(value)]));
  };
  const all = { buffer: true, crypto: true, v8: true, webkit: true, TextEncoder: true, TextDecoder: true };
  const { getBuiltinModule } = process;
  const both = { v8: '13', webkit: 'd6375c72' };
  it.each<[string, object, Partial<typeof all>]>([
    ['nothing', { getBuiltinModule, versions: both }, {}],
    ['getBuiltinModule', { getBuiltinModule: refuse, versions: both }, { buffer: false, crypto: false }],
    ['node:buffer', { ...processWith('node:buffer', refuse), versions: both }, { buffer: false }],
    ['node:crypto', { ...processWith('node:crypto', refuse), versions: both }, { crypto: false }],
    ['versions', throwing({ getBuiltinModule }, 'versions'), { v8: false, webkit: false }],
    ['v8', { getBuiltinModule, versions: throwing(both, 'v8') }, { v8: false }],
    ['webkit', { getBuiltinModule, versions: throwing(both, 'webkit') }, { webkit: false }],
  ])('loses no more than what throws: %s', (_, process, lost) => {
    expect(withProcess(process, found)).toEqual({ ...all, ...lost });
  });

  it.each<[string, Partial<typeof all>]>([
    ['process', { buffer: false, crypto: false, v8: false }],
    ['TextEncoder', { TextEncoder: false }],
    ['TextDecoder', { TextDecoder: false }],
  ])('loses no more than what throws: the global %s', (name, lost) => {
    expect(whileThrowing([[globalThis, name]], found)).toEqual({ ...all, webkit: false, ...lost });
  });
});

describe('firstSound', () => {
  const half = (n: number) => n / 2;
  const answers: [[number], number][] = [
    [[2], 1],
    [[10], 5],
  ];
  const choose = (...makers: ((runtime: Runtime) => typeof half | undefined)[]) =>
    firstSound(makers, {}, half, answers);

  it('is the first that gives every known answer', () => {
    const [first, second] = [(n: number) => n * 0.5, (n: number) => n / 2];
    expect(
      choose(
        () => first,
        () => second,
      ),
    ).toBe(first);
  });

  it.each<[string, (runtime: Runtime) => typeof half | undefined]>([
    ['is missing', () => undefined],
    ['throws while it is made', refuse],
    ['throws when it is asked', () => refuse],
    ['throws at a later question', () => (n) => (n === 10 ? refuse() : n / 2)],
    ['is wrong at the first question', () => (n) => (n === 2 ? 0 : n / 2)],
    ['is wrong at the last question', () => (n) => (n === 10 ? 0 : n / 2)],
    ['gives nothing', () => () => undefined as never],
  ])('passes over what %s', (_, make) => {
    const sound = (n: number) => n / 2;
    expect(choose(make, () => sound)).toBe(sound);
    expect(choose(make)).toBe(half);
  });

  it('never asks the portable one', () => {
    const portable = vi.fn(half);
    for (const maker of [() => half, () => () => 0, refuse]) firstSound([maker], {}, portable, answers);
    expect(portable).not.toHaveBeenCalled();
  });

  it('is the portable one where there is no other', () => {
    expect(choose()).toBe(half);
  });

  it('gives every maker the runtime, and makes nothing after the first that is sound', () => {
    const runtime: Runtime = { versions: { v8: '13' } };
    const [missing, sound, later] = [vi.fn(() => undefined), vi.fn(() => half), vi.fn(() => half)];
    firstSound<[number], number>([missing, sound, later], runtime, half, answers);
    expect(missing.mock.calls).toEqual([[runtime]]);
    expect(sound.mock.calls).toEqual([[runtime]]);
    expect(later).not.toHaveBeenCalled();
  });

  it('compares bytes by their values', () => {
    const portable = () => Uint8Array.of(1, 2);
    const [right, wrong] = [() => Uint8Array.of(1, 2), () => Uint8Array.of(1, 3)];
    const known: [[], Uint8Array][] = [[[], Uint8Array.of(1, 2)]];
    expect(firstSound([() => wrong], {}, portable, known)).toBe(portable);
    expect(firstSound([() => wrong, () => right], {}, portable, known)).toBe(right);
  });
});
