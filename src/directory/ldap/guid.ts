/**
 * The text of a GUID in the byte order of Active Directory (MS-DTYP section 2.3.4.2): its first three parts are little
 * endian. `objectGUID` is such a value.
 */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

export function guidToText(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = Buffer.from(order.map((index) => bytes[index] ?? 0)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @returns undefined for what is no GUID in lower case */
export function guidFromText(text: string): Buffer | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Buffer.from(order.map((index) => bytes[index] ?? 0));
}
