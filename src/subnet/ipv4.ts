import { long2ip } from 'netmask';

const STRICT_OCTET = /^(0|[1-9]\d{0,2})$/;
const SLOPPY_OCTET = /^\d{1,10}$/;

/**
 * Reads four decimal octets as a number; undefined when it is no such address. With `leadingZeros`, 010 is ten, as in
 * Kubernetes' fork of Go's old parser (netutils.ParseIPSloppy); netmask alone would take it as octal, and 1.2.3 as 1.2.0.3.
 */
export function readIPv4(text: string, options: { leadingZeros: boolean }): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0n;
  for (const octet of octets) {
    if (!(options.leadingZeros ? SLOPPY_OCTET : STRICT_OCTET).test(octet)) return undefined;
    const number = Number(octet);
    if (number > 255) return undefined;
    value = value * 256n + BigInt(number);
  }
  return value;
}

/** 10.244.1.0 from its number. */
export function writeIPv4(value: bigint): string {
  return long2ip(Number(value));
}
