import type { CollectionName } from '../model/collection.ts';
import { EXIT, type ExitCode, Failure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import { count } from '../model/text.ts';
import { renderDocument } from '../render/document.ts';
import { escapeLine } from '../render/escape.ts';
import { COLLECTION_NAMES, COLLECTIONS } from '../survey/collections.ts';
import { readFiles } from '../survey/dump/files.ts';
import { takeInventory } from '../survey/dump/inventory.ts';
import { type Dump, writeDump } from '../survey/dump/write.ts';
import { type FlannelStore, readFlannelLeases } from '../survey/flannel-leases.ts';
import { gather, type Inventory, withLeases } from '../survey/inventory.ts';
import type { Context } from './context.ts';
import type { Source } from './read-survey.ts';

export interface DumpArgs extends Omit<Source, 'settings'> {
  /** What is not a flag: dump takes nothing. */
  words: string[];
  output: 'json' | 'yaml';
  redact: boolean;
  /** Where flannel keeps its subnets, when that is not the Nodes; undefined: nobody says so. */
  flannelStore: FlannelStore | undefined;
}

/** `dump`: all that reading commands look at, and nothing else, in one List on stdout. Throws Failure, ApiError, WireError. */
export async function runDump(context: Context, args: DumpArgs): Promise<ExitCode> {
  const [word] = args.words;
  if (word !== undefined) throw new Failure(`dump takes no ${quote(word)}: it looks at the whole cluster`);
  const leases = args.flannelStore && (await readFlannelLeases(args.flannelStore));
  const dump = writeDump(withLeases(await inventory(context, args), leases), context.version, args.redact);
  context.streams.out(renderDocument(dump.list, args.output));
  context.streams.err(summary(dump, args.redact));
  return EXIT.fine;
}

async function inventory({ connect, streams }: Context, { filenames, connection }: DumpArgs): Promise<Inventory> {
  if (filenames.length > 0) return takeInventory(await readFiles(filenames, () => streams.readStdin()));
  const wire = await connect(connection);
  try {
    // The newest state: who sends a dump wants to show what is there now.
    return await gather(wire, { collections: COLLECTION_NAMES, clusterUID: false, freshness: 'quorum' });
  } finally {
    wire.close();
  }
}

function summary({ counts, missing }: Dump, redacted: boolean): string {
  const parts = [...counts].map(([kind, number]) => count(number, kind));
  const lines = [
    ...missing.map(
      ({ collection, reason }) =>
        `not in it: ${COLLECTIONS[collection as CollectionName].what} (${escapeLine(reason)})`,
    ),
    `${parts.join(', ')}${redacted ? '; nodes, pods and namespaces are renamed, addresses are as they were' : ''}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}
