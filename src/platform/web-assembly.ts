/** What this package uses of WebAssembly, which Node's types know only by a namespace of their own. */
export interface WebAssemblyNamespace {
  /** Sizes are in pages of 64 KiB. */
  readonly Memory: new (options: {
    readonly initial: number;
    readonly maximum?: number;
  }) => WebAssemblyMemory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: WebAssemblyMemory } },
  ) => { readonly exports: object };
}

/** Memory that kernels work on. */
export interface WebAssemblyMemory {
  /** All of it; detached when it grows. */
  readonly buffer: ArrayBuffer;
  /** @throws RangeError where there is no room for so many pages more */
  grow(pages: number): number;
}

/** WebAssembly as this process has it. @throws TypeError where there is none, as with `--jitless` */
export function webAssembly(): WebAssemblyNamespace {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly?: WebAssemblyNamespace };
  if (WebAssembly === undefined) throw new TypeError("this process has no WebAssembly");
  return WebAssembly;
}
