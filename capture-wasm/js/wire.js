// Numbers and texts as they go over the wire: LEB128, zigzag, a length before a text.

/** Reads a number; with a length, so many bytes. */
export function taker(bytes) {
  let at = 0;
  return (length) => {
    if (length !== undefined) return bytes.subarray(at, (at += length));
    let number = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      number += (byte & 127) * unit;
      if (!(byte & 128)) return number;
    }
  };
}

export function varint(out, value) {
  while (value > 127) {
    out.push((value % 128) | 128);
    value = Math.floor(value / 128);
  }
  out.push(value);
}

export function signed(out, value) {
  varint(out, value < 0 ? -2 * value - 1 : 2 * value);
}

export function takeSigned(take) {
  const value = take();
  return value % 2 ? -(value + 1) / 2 : value / 2;
}

/** The bytes of a text. */
export const utf8 = (text) => new TextEncoder().encode(text);

export function putText(out, value) {
  const bytes = utf8(value);
  varint(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

export const takeText = (take) => new TextDecoder().decode(take(take()));
