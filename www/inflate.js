// Raw inflate (RFC 1951), for browsers without DecompressionStream. Only part of the page in one file.
function inflateRaw(input) {
  "use strict";
  let position = 0;
  let bitBuffer = 0;
  let bitCount = 0;
  let output = new Uint8Array(Math.max(1024, input.length * 4));
  let length = 0;

  const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
  const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
  const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

  function bits(count) {
    while (bitCount < count) {
      if (position >= input.length) throw new Error("inflate: the data end too early");
      bitBuffer |= input[position++] << bitCount;
      bitCount += 8;
    }
    const value = bitBuffer & ((1 << count) - 1);
    bitBuffer >>>= count;
    bitCount -= count;
    return value;
  }

  // A canonical code: how many codes there are of each length, and the symbols in the order of their codes.
  function code(lengths) {
    const counts = new Uint16Array(16);
    for (const size of lengths) counts[size]++;
    counts[0] = 0;
    const offsets = new Uint16Array(16);
    for (let size = 1; size < 16; size++) offsets[size] = offsets[size - 1] + counts[size - 1];
    const symbols = new Uint16Array(lengths.length);
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol]) symbols[offsets[lengths[symbol]]++] = symbol;
    }
    return { counts, symbols };
  }

  function symbol({ counts, symbols }) {
    let value = 0;
    let first = 0;
    let index = 0;
    for (let size = 1; size < 16; size++) {
      value |= bits(1);
      const count = counts[size];
      if (value - count < first) return symbols[index + (value - first)];
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    throw new Error("inflate: no such code");
  }

  function room(count) {
    if (length + count <= output.length) return;
    const larger = new Uint8Array(Math.max(output.length * 2, length + count));
    larger.set(output.subarray(0, length));
    output = larger;
  }

  function stored() {
    bitBuffer = 0;
    bitCount = 0;
    const count = input[position] | (input[position + 1] << 8);
    position += 4;
    if (position + count > input.length) throw new Error("inflate: the data end too early");
    room(count);
    output.set(input.subarray(position, position + count), length);
    position += count;
    length += count;
  }

  function fixedCodes() {
    const lengths = new Uint8Array(288).fill(8);
    lengths.fill(9, 144, 256);
    lengths.fill(7, 256, 280);
    return [code(lengths), code(new Uint8Array(30).fill(5))];
  }

  function dynamicCodes() {
    const literals = bits(5) + 257;
    const distances = bits(5) + 1;
    const sizes = new Uint8Array(19);
    for (let i = 0, count = bits(4) + 4; i < count; i++) sizes[CODE_LENGTH_ORDER[i]] = bits(3);
    const sizeCode = code(sizes);
    const lengths = new Uint8Array(literals + distances);
    for (let at = 0; at < lengths.length; ) {
      const value = symbol(sizeCode);
      if (value < 16) {
        lengths[at++] = value;
        continue;
      }
      const repeated = value === 16 ? lengths[at - 1] : 0;
      const count = value === 16 ? 3 + bits(2) : value === 17 ? 3 + bits(3) : 11 + bits(7);
      lengths.fill(repeated, at, at + count);
      at += count;
    }
    return [code(lengths.subarray(0, literals)), code(lengths.subarray(literals))];
  }

  function compressed([literalCode, distanceCode]) {
    for (;;) {
      const value = symbol(literalCode);
      if (value === 256) return;
      if (value < 256) {
        room(1);
        output[length++] = value;
        continue;
      }
      const count = LENGTH_BASE[value - 257] + bits(LENGTH_EXTRA[value - 257]);
      const slot = symbol(distanceCode);
      const distance = DISTANCE_BASE[slot] + bits(Math.max(0, (slot >> 1) - 1));
      if (distance > length) throw new Error("inflate: it points before the start");
      room(count);
      for (let i = 0; i < count; i++, length++) output[length] = output[length - distance];
    }
  }

  for (let last = 0; !last; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) stored();
    else if (kind === 1) compressed(fixedCodes());
    else if (kind === 2) compressed(dynamicCodes());
    else throw new Error("inflate: no such block");
  }
  return output.slice(0, length);
}
