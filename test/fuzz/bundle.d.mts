/** A fault to plant: `find`, which is in one place of src/, becomes `replace`. */
export interface Change {
  readonly find: RegExp;
  readonly replace: string;
}

export declare const root: string;
export declare function importBundle(contents: string, changes?: readonly Change[]): Promise<unknown>;
export declare function importSource(changes?: readonly Change[]): Promise<unknown>;
