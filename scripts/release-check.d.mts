/** What is asked, and what is wrong: nothing where all is well. */
export type Check = readonly [what: string, wrong: string];
export interface Component {
  name: string;
  version: string;
  licenses: { license: { id: string } }[];
  hashes: { alg: string; content: string }[];
}
export interface Sbom {
  metadata: { component: Component };
  components: Component[];
}
export declare function preconditions(folder: string): Check[];
export declare function bundledIn(tarball: string): string[];
export declare function sbomOf(tarball: string, manifest: object, lock: object): Sbom;
export declare function tarballChecks(
  tarball: string,
  sizes: { size: number; unpackedSize: number },
  sbom: Sbom,
): Check[];
