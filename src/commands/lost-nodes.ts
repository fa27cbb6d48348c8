import { FIELD_MANAGER } from '../kube/objects/node.ts';
import { Failure } from '../model/failure.ts';
import type { Json, RawObject } from '../model/json.ts';
import type { OperationRecord } from '../model/operation.ts';
import { asObject, asText } from '../model/read-json.ts';
import { unseal } from '../operate/journal/seal.ts';
import { type LostNode, lostFromNode, lostFromRecord } from '../plan/lost-node.ts';
import { type DumpFile, readFiles } from '../survey/dump/files.ts';
import { readDocuments, readObjects } from '../survey/dump/objects.ts';
import { PARTIAL } from '../survey/keep.ts';
import type { Streams } from './context.ts';

/**
 * The Nodes of these files: dumps of any shape, and NODE.json or NODE.record of a backup; `-` is standard input.
 * Throws Failure that names the file.
 */
export async function readLostNodes(streams: Streams, filenames: string[]): Promise<LostNode[]> {
  const files = await readFiles(filenames, () => streams.readStdin());
  const nodes = files.flatMap(nodesOf);
  if (nodes.length > 0) return nodes;
  throw new Failure(`${files.map(({ file }) => file).join(', ')}: no Node in it`, {
    hint: 'give a dump (kubectl get nodes -o yaml), or NODE.json or NODE.record of a backup',
  });
}

function nodesOf({ file, text }: DumpFile): LostNode[] {
  const documents = readDocuments(text, file);
  const records = documents
    .filter(isRecord)
    .map((document) => lostFromRecord(recordOf(document, file), file, FIELD_MANAGER));
  const objects = readObjects(text, file).map(({ object }) => object);
  const kubeSystem = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata?.name === 'kube-system');
  const clusterUID = asText(asObject(kubeSystem?.metadata).uid);
  return [
    ...records,
    ...objects.filter(({ kind }) => kind === 'Node').map((raw) => lostFromNode(whole(raw, file), clusterUID, file)),
  ];
}

/** Throws Failure for a Node that has some of its fields alone: posted, it would have lost the rest. */
function whole(raw: RawObject, file: string): RawObject {
  if (asObject(asObject(raw.metadata).annotations)[PARTIAL] === undefined) return raw;
  throw new Failure(`${file} is no backup: kubectl podcidr dump keeps a few fields of each Node`, {
    hint: 'give a dump of whole Nodes (kubectl get nodes -o yaml), or NODE.json or NODE.record of a backup',
  });
}

/** A file of the journal: a record with its digest. */
function isRecord(document: Json): boolean {
  const { kind, digest, record } = asObject(document);
  return kind === undefined && digest !== undefined && record !== undefined;
}

function recordOf(document: Json, file: string): OperationRecord {
  const { digest, record } = asObject(document);
  try {
    return unseal({ text: JSON.stringify(record), digest: asText(digest) ?? '' }) as unknown as OperationRecord;
  } catch (error) {
    throw new Failure(`${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}
