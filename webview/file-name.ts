/** Last part of a path or URI, as people write it: `my net.py` for `file:///models/my%20net.py`. */
export function fileName(file: string): string {
  const last = file.split(/[\\/]/).at(-1) ?? file;
  return file.includes('://') ? unescaped(last) : last;
}

/** Decodes percent escapes; bytes that are no UTF-8 become replacement characters instead of an exception. */
function unescaped(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  const decoded: number[] = [];
  for (let index = 0; index < bytes.length; index++) {
    const hex = String.fromCharCode(...bytes.slice(index + 1, index + 3));
    const escaped = bytes[index] === 0x25 && /^[0-9a-f]{2}$/i.test(hex);
    decoded.push(escaped ? Number.parseInt(hex, 16) : bytes[index]!);
    if (escaped) index += 2;
  }
  return new TextDecoder().decode(new Uint8Array(decoded));
}
