import 'reflect-metadata';
import { randomBytes, type webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 60 * 60 * 1000;

/** A certificate with its private key, both PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** The certificate authority of one control plane. */
export interface Authority {
  /** PEM. */
  ca: string;
  /** A server certificate for names and addresses. */
  server(commonName: string, names: string[], addresses: string[]): Promise<KeyPair>;
  /** A client certificate: Kubernetes reads the user's name and groups from it. */
  client(user: string, groups: string[]): Promise<KeyPair>;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

/** A key pair without a certificate, PEM: for service account tokens. */
export async function signingKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const keys = await newKeys();
  const spki = await crypto.subtle.exportKey('spki', keys.publicKey);
  return { privateKey: await privatePem(keys), publicKey: PemConverter.encode(spki, 'PUBLIC KEY') };
}

function serialNumber(): string {
  // A leading 0 keeps the number positive.
  return `0${randomBytes(15).toString('hex').slice(1)}`;
}

function distinguishedName(commonName: string, organizations: string[]): Record<string, string[]>[] {
  return [...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }];
}

const validity = () => ({ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 30 * DAY) });

async function issue(
  authority: { certificate: X509Certificate; keys: webcrypto.CryptoKeyPair },
  subject: Record<string, string[]>[],
  usage: ExtendedKeyUsage,
  alternativeNames: { type: 'dns' | 'ip'; value: string }[],
): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: authority.certificate.subject,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      ...(alternativeNames.length > 0 ? [new SubjectAlternativeNameExtension(alternativeNames)] : []),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privatePem(keys) };
}

/** Makes a new certificate authority; its key never leaves this process. */
export async function newAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: distinguishedName('kubernetes', []),
    ...validity(),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const self = { certificate, keys };
  return {
    ca: certificate.toString('pem'),
    server: (commonName, names, addresses) =>
      issue(self, distinguishedName(commonName, []), ExtendedKeyUsage.serverAuth, [
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
    client: (user, groups) => issue(self, distinguishedName(user, groups), ExtendedKeyUsage.clientAuth, []),
  };
}
