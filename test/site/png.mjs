// A picture of a page as a small PNG: browsers write 24 bits a pixel for speed, where a page has few colours.
import { crc32 as crcOfNode, deflateSync, inflateSync } from 'node:zlib';

/** Node 20.12 has none. */
const crc32 = crcOfNode ?? ((bytes) => ~bytes.reduce((crc, byte) => (crc >>> 8) ^ TABLE[(crc ^ byte) & 255], -1) >>> 0);
const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The same with a palette of its 256 most frequent colours; what is of another, at the edges of letters, takes the nearest. */
export function withPalette(png) {
  const { width, height, channels, pixels } = decode(png);
  const colourAt = (at) => pixels.readUIntBE(at * channels, 3);
  const counts = new Map();
  for (let at = 0; at < width * height; at++) counts.set(colourAt(at), (counts.get(colourAt(at)) ?? 0) + 1);
  const palette = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one)).slice(0, 256);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const indexed = Buffer.alloc(height * (width + 1)); // each line begins with its filter, none
  for (let at = 0; at < width * height; at++) indexed[at + Math.floor(at / width) + 1] = places.get(colourAt(at));
  return encode(width, height, palette, indexed);
}

const channelsOf = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function nearest(palette, colour) {
  const wanted = channelsOf(colour);
  const distances = palette.map((other) =>
    channelsOf(other).reduce((sum, value, channel) => sum + (value - wanted[channel]) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

/** 8 bits a channel, not interlaced: what browsers write. */
function decode(png) {
  const data = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3];
  const filtered = inflateSync(Buffer.concat(data));
  const [stride, pixels] = [width * channels, Buffer.alloc(width * height * channels)];
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= channels ? pixels[at - channels] : 0;
      const above = y > 0 ? pixels[at - stride] : 0;
      const corner = x >= channels && y > 0 ? pixels[at - stride - channels] : 0;
      pixels[at] = filtered[y * (stride + 1) + 1 + x] + predict(filter, left, above, corner);
    }
  }
  return { width, height, channels, pixels };
}

/** PNG, 9.2: what a filter adds to a byte. */
function predict(filter, left, above, corner) {
  if (filter < 4) return [0, left, above, (left + above) >> 1][filter];
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((value) => Math.abs(guess - value));
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function encode(width, height, colours, indexed) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // a palette's index of 8 bits
  const palette = Buffer.from(colours.flatMap(channelsOf));
  const parts = { IHDR: header, PLTE: palette, IDAT: deflateSync(indexed, { level: 9 }), IEND: Buffer.alloc(0) };
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...Object.entries(parts).map(chunk)]);
}

function chunk([type, data]) {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}
