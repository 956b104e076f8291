// Where the operations of a WebAssembly module stand in its bytes, so that a test can change them one by one. Knows what
// our kernel is made of; anything else is an error.

export interface Operation {
  readonly name: string;
  readonly at: number;
}

const NAMES = new Map([
  [0x46, 'i32.eq'],
  [0x48, 'i32.lt_s'],
  [0x49, 'i32.lt_u'],
  [0x6a, 'i32.add'],
  [0x6f, 'i32.rem_s'],
  [0x71, 'i32.and'],
  [0x72, 'i32.or'],
  [0x73, 'i32.xor'],
  [0x77, 'i32.rotl'],
  [0x78, 'i32.rotr'],
]);
const VECTOR_NAMES = new Map([
  [0x51, 'v128.xor'],
  [0xab, 'i32x4.shl'],
  [0xad, 'i32x4.shr_u'],
  [0xae, 'i32x4.add'],
]);

/** The operations of some exported functions and of all that these call. */
export function codeOffsets(wasm: Uint8Array, exported: readonly string[]): Operation[] {
  const module = read(wasm);
  const found = new Set<number>();
  const visit = (index: number): void => {
    if (found.has(index)) return;
    found.add(index);
    for (const callee of module.bodies[index]?.calls ?? []) visit(callee);
  };
  for (const name of exported) visit(module.exports.get(name) as number);
  return [...found].flatMap((index) => module.bodies[index]?.operations ?? []);
}

/** Where the bytes of the data segments stand. */
export function dataOffsets(wasm: Uint8Array): number[] {
  return read(wasm).data;
}

interface Body {
  readonly operations: Operation[];
  readonly calls: number[];
}

/** Exports, code and data (WebAssembly 2.0, section 5.5). */
function read(wasm: Uint8Array): { exports: Map<string, number>; bodies: Body[]; data: number[] } {
  const reader = makeReader(wasm, 8);
  const exports = new Map<string, number>();
  const bodies: Body[] = [];
  const data: number[] = [];
  while (reader.at < wasm.length) {
    const section = reader.byte();
    const end = reader.number() + reader.at;
    if (section === 7) {
      for (let count = reader.number(); count > 0; count--) {
        const name = reader.text();
        const kind = reader.byte();
        const index = reader.number();
        if (kind === 0) exports.set(name, index);
      }
    } else if (section === 10) {
      for (let count = reader.number(); count > 0; count--) bodies.push(readBody(reader));
    } else if (section === 11) {
      for (let count = reader.number(); count > 0; count--) {
        reader.at += 2; // the memory, and i32.const
        reader.number();
        reader.at += 1; // end
        for (let length = reader.number(); length > 0; length--) data.push(reader.at++);
      }
    }
    reader.at = end;
  }
  return { exports, bodies, data };
}

type Reader = ReturnType<typeof makeReader>;

function makeReader(bytes: Uint8Array, start: number) {
  return {
    at: start,
    byte(): number {
      return bytes[this.at++] as number;
    },
    /** LEB128, of a signed one the bits. */
    number(): number {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = this.byte();
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    },
    text(): string {
      const length = this.number();
      this.at += length;
      return new TextDecoder().decode(bytes.subarray(this.at - length, this.at));
    },
  };
}

function readBody(reader: Reader): Body {
  const end = reader.number() + reader.at;
  for (let count = reader.number(); count > 0; count--) {
    reader.number();
    reader.byte();
  }
  const operations: Operation[] = [];
  const calls: number[] = [];
  while (reader.at < end) {
    const at = reader.at;
    const opcode = reader.byte();
    if (opcode === 0xfd) {
      const name = readVector(reader);
      if (name !== undefined) operations.push({ name, at });
    } else if (opcode === 0x10) {
      calls.push(reader.number());
    } else {
      skipImmediates(reader, opcode);
      const name = opcode === 0x41 ? 'i32.const' : NAMES.get(opcode);
      if (name !== undefined) operations.push({ name, at });
    }
  }
  return { operations, calls };
}

function readVector(reader: Reader): string | undefined {
  const opcode = reader.number();
  if (opcode <= 0x0b) {
    reader.number();
    reader.number(); // alignment and offset of a load or store
  } else if (opcode === 0x0c || opcode === 0x0d) {
    reader.at += 16;
    if (opcode === 0x0d) return 'i8x16.shuffle';
  } else if (opcode >= 0x15 && opcode <= 0x22) {
    reader.byte(); // a lane
  }
  return VECTOR_NAMES.get(opcode);
}

function skipImmediates(reader: Reader, opcode: number): void {
  if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.number();
    reader.number(); // alignment and offset of a load or store
  } else if ((opcode >= 0x02 && opcode <= 0x04) || (opcode >= 0x0c && opcode <= 0x0d)) {
    reader.number(); // the type of a block, the target of a branch
  } else if ((opcode >= 0x20 && opcode <= 0x24) || opcode === 0x41) {
    reader.number();
  } else if (opcode === 0xfc) {
    reader.number();
    reader.byte(); // memory.fill
  } else if (
    !(opcode === 0x05 || opcode === 0x0b || opcode === 0x0f || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0x78))
  ) {
    throw new Error(`unknown instruction 0x${opcode.toString(16)}`);
  }
}
