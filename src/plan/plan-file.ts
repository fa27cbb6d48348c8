import { Failure } from '../model/failure.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { PlanSettings, Refused } from '../model/plan.ts';
import { quote } from '../model/quote.ts';
import { asObject, asText } from '../model/read-json.ts';
import { parseBlock } from '../subnet/parse.ts';

/** One move as it was reviewed. */
export interface ReviewedMove {
  node: string;
  uid: string;
  from: string[];
  to: string[];
  reason: string;
}

/** A ReassignPlan out of a file, every field there and of its kind. */
export interface ReviewedPlan {
  /** For words: the file's name. */
  file: string;
  clusterUID: string;
  settings: PlanSettings;
  moves: ReviewedMove[];
  refused: Refused[];
}

const API_VERSION = 'kubectl-podcidr/v1';

/** The next thing to do when a file is no plan. */
export const PLAN_EXAMPLE = 'make one with: kubectl podcidr reassign --invalid --dry-run=client -o yaml';

/**
 * Reads the documents of a plan file as a ReassignPlan. Throws Failure, one line, for anything that it is not: fields that it
 * does not know are left aside, for later versions may add some.
 */
export function readPlan(documents: Json[], file: string): ReviewedPlan {
  const [first, ...more] = documents.filter((document) => document !== null);
  if (first === undefined || more.length > 0) {
    throw notPlan(`${file} has ${more.length + (first === undefined ? 0 : 1)} documents in it, a plan is one`);
  }
  const plan = asObject(first);
  checkKind(plan, file);
  const moves = objects(plan, 'moves', file).map((move, index) => readMove(move, `${file}, move ${index + 1}`));
  const names = moves.map(({ node }) => node);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Failure(`${file} moves node ${quote(twice)} twice`);
  const settings = asObject(plan.settings);
  return {
    file,
    clusterUID: text(plan, 'clusterUID', file),
    settings: {
      clusterCIDRs: texts(settings, 'clusterCIDRs', `${file}, settings`),
      nodeMasks: numbers(settings, 'nodeMasks', `${file}, settings`),
      serviceCIDRs: texts(settings, 'serviceCIDRs', `${file}, settings`),
    },
    moves,
    refused: objects(plan, 'refused', file).map((one, index) => ({
      node: text(one, 'node', `${file}, refused ${index + 1}`),
      reason: text(one, 'reason', `${file}, refused ${index + 1}`),
    })),
  };
}

function checkKind({ apiVersion, kind }: JsonObject, file: string): void {
  if (kind !== 'ReassignPlan') {
    throw notPlan(
      `${file} is ${asText(kind) ? `of kind ${quote(asText(kind) ?? '')}` : 'without a kind'}, not a ReassignPlan`,
    );
  }
  if (apiVersion === API_VERSION) return;
  const written = asText(apiVersion);
  throw notPlan(
    `${file} has ${written ? `apiVersion ${quote(written)}` : 'no apiVersion'}, this version reads ${API_VERSION}`,
  );
}

function readMove(move: JsonObject, where: string): ReviewedMove {
  const node = text(move, 'node', where);
  const from = texts(move, 'from', where);
  const to = texts(move, 'to', where);
  const expected = from.length === 0 ? 'patch' : 'recreate';
  if (move.method !== undefined && move.method !== expected) {
    const method = asText(move.method) ?? JSON.stringify(move.method);
    throw new Failure(
      `${where}: method ${quote(method)} is none that reassign carries out here, it would be ${expected}`,
    );
  }
  if (to.length === 0) throw new Failure(`${where}: "to" is empty, so there is no subnet to give`);
  for (const subnet of to) {
    const parsed = parseBlock(subnet);
    if (!parsed.ok) throw new Failure(`${where}: ${quote(subnet)} is not a subnet: ${parsed.reason}`);
  }
  if (from.join(',') === to.join(','))
    throw new Failure(`${where}: node ${quote(node)} keeps ${to.join(',')}, so nothing moves`);
  return { node, uid: text(move, 'uid', where), from, to, reason: text(move, 'reason', where) };
}

function text(object: JsonObject, field: string, where: string): string {
  const value = object[field];
  if (typeof value === 'string' && value !== '') return value;
  throw notPlan(`${where}: ${quote(field)} is ${value === undefined ? 'missing' : 'not a text'}`);
}

function texts(object: JsonObject, field: string, where: string): string[] {
  return list(object, field, where).map((item) => {
    if (typeof item === 'string') return item;
    throw notPlan(`${where}: ${quote(field)} is not a list of texts`);
  });
}

function numbers(object: JsonObject, field: string, where: string): number[] {
  return list(object, field, where).map((item) => {
    if (typeof item === 'number') return item;
    throw notPlan(`${where}: ${quote(field)} is not a list of numbers`);
  });
}

function objects(object: JsonObject, field: string, where: string): JsonObject[] {
  return list(object, field, where).map(asObject);
}

function list(object: JsonObject, field: string, where: string): Json[] {
  const value = object[field];
  if (Array.isArray(value)) return value;
  throw notPlan(`${where}: ${quote(field)} is ${value === undefined ? 'missing' : 'not a list'}`);
}

function notPlan(message: string): Failure {
  return new Failure(message, { hint: PLAN_EXAMPLE });
}
