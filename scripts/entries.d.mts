/** `index` first, then by name. */
export declare const entries: readonly string[];
