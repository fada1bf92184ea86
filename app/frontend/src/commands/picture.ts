/** The graph that a PNG of ours carries: the text of its chunk `noiseloom`, as `graphs/png.py` reads and writes it. */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const KEY = "noiseloom";

/** The document's text; null where the file carries none. */
export async function graphInPicture(file: Blob): Promise<string | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) return null;
  const view = new DataView(bytes.buffer);
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const body = bytes.subarray(at + 8, at + 8 + length);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (kind === "iTXt") {
      const text = await internationalText(body);
      if (text !== null) return text;
    }
    if (kind === "IEND") return null;
    at += length + 12;
  }
  return null;
}

/** Key, whether and how it is packed, language, translated key, text; other programs may pack it. */
async function internationalText(body: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const keyEnd = body.indexOf(0);
  if (new TextDecoder().decode(body.subarray(0, keyEnd)) !== KEY) return null;
  const packed = body[keyEnd + 1] === 1;
  const translated = body.indexOf(0, keyEnd + 3);
  const start = body.indexOf(0, translated + 1) + 1;
  const rest = body.slice(start);
  if (!packed) return new TextDecoder().decode(rest);
  return new Response(new Blob([rest]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

const HEADER_END = 33;

/** The picture with the graph's text inside. */
export async function withGraph(file: Blob, text: string): Promise<Blob> {
  const body = new TextEncoder().encode(`iTXt${KEY}\0\0\0\0\0${text}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, checksum(body));
  return new Blob([file.slice(0, HEADER_END), chunk, file.slice(HEADER_END)], { type: "image/png" });
}

/** CRC-32, as chunks of a PNG have it. */
function checksum(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}
