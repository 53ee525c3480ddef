/** The data types of SSH (RFC 4251 section 5) that the agent protocol is made of. */

export function writeString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  return Buffer.concat([writeUint32(bytes.length), bytes]);
}

export function writeUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A number that is not negative: no leading zero but the one that keeps its sign. */
export function writeMpint(value: Buffer): Buffer {
  const bare = withoutZeros(value);
  return writeString((bare[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bare]) : bare);
}

export interface WireReader {
  string(): Buffer;
  /** Without leading zeros. */
  mpint(): Buffer;
  uint32(): number;
}

/** @throws RangeError where the text ends too early */
export function readWire(bytes: Buffer): WireReader {
  let position = 0;
  const uint32 = (): number => {
    const value = bytes.readUInt32BE(position);
    position += 4;
    return value;
  };
  const string = (): Buffer => {
    const length = uint32();
    if (position + length > bytes.length) throw new RangeError('a string that is longer than its message');
    position += length;
    return bytes.subarray(position - length, position);
  };
  return { uint32, string, mpint: () => withoutZeros(string()) };
}

function withoutZeros(value: Buffer): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  return first === -1 ? Buffer.alloc(0) : value.subarray(first);
}
