/** A fault to plant: `find` in `src/<file>.ts` becomes `replace`. */
export interface Change {
  readonly file: string;
  readonly find: RegExp;
  readonly replace: string;
}

export declare const root: string;
export declare function importBundle(contents: string, changes?: readonly Change[]): Promise<unknown>;
export declare function importSource(changes?: readonly Change[]): Promise<unknown>;
