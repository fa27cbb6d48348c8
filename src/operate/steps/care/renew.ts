import { listNodePods } from '../../../kube/objects/pods.ts';
import { sideBySide } from '../../../kube/side-by-side.ts';
import { requestJSON } from '../../../kube/wire/json.ts';
import type { RenewedPod } from '../../../model/care.ts';
import type { LeftToDo } from '../../../model/left-to-do.ts';
import type { OperationRecord } from '../../../model/operation.ts';
import { asTexts } from '../../../model/read-json.ts';
import { count } from '../../../model/text.ts';
import { keptByHand, podsByHand } from '../../../plan/care/by-hand.ts';
import { driversLeft, kubeletFirst } from '../../../plan/care/drivers.ts';
import { detectsByNodeCIDR, kubeProxyLeft } from '../../../plan/care/kube-proxy.ts';
import { type CarePod, readCarePod } from '../../../plan/care/pod.ts';
import { isOnPodNetwork, judgeRenewal, type Renewal } from '../../../plan/care/renewal.ts';
import { podName } from '../../../plan/drain/pod.ts';
import { discardPod } from '../../care/discard-pod.ts';
import { careStep, leave, reasonOf, remember, withCare } from '../../care/step.ts';
import { persist } from '../../persist.ts';
import { awaitSuccessors } from '../../successors.ts';
import type { Work } from '../../work.ts';

/** Of the pods that are not there again so many are named. */
const NAMED = 3;

/** So many times pods are deleted in one run: if the next ones have foreign addresses again, others will have them, too. */
const MOST_ROUNDS = 5;

/**
 * Deletes the node's pods whose addresses are outside its new subnets, for they keep them for life, and waits until their
 * successors on this node have theirs. Their controllers create them again; what has none is left to the operator, and so are
 * the drivers that must not start before the kubelet does.
 */
export const renewStep = careStep('renewed', async (record, work) => {
  const { care } = record;
  if (!care || (care.blocked && care.agents.length === 0 && care.left.length === 0)) return record;
  let latest = record;
  try {
    latest = care.blocked ? await tellPods(record, work) : await renew(record, work);
  } catch (error) {
    const why = reasonOf(error, work);
    work.tell(`Warning: the pods of node ${record.node} that keep old addresses were not all deleted: ${why}`);
    latest = leave(record, [
      {
        what: `delete the pods of ${record.node} whose addresses are outside ${record.to.join(',')}`,
        commands: [`kubectl get pods -A -o wide --field-selector spec.nodeName=${record.node}`],
      },
    ]);
  }
  return leave(latest, [...(await kubeProxy(record, work))]);
});

async function renew(first: OperationRecord, work: Work): Promise<OperationRecord> {
  const { clock, waits } = work;
  let record = first;
  const began = clock.monotonic();
  for (let round = 0; ; ) {
    const pods = await readPods(record, work);
    const judged = await judge(pods, record, work);
    const fresh = judged.renew.filter(({ deletedAt }) => deletedAt === undefined);
    const isVain = fresh.length > 0 && round >= MOST_ROUNDS;
    if (fresh.length > 0 && !isVain) {
      const alone = round === 0 ? await awaitSuccessors(work) : undefined;
      if (alone !== undefined) {
        work.tell(`Warning: no pod of node ${record.node} was deleted: ${alone}`);
        return podsLeft(record, pods, judged);
      }
      round += 1;
      record = await remember(withRenewed(record, fresh), work);
      await sideBySide(fresh, (pod) => discardPod(pod, work.choices.drain?.gracePeriod ?? -1, work));
      work.tell(`node/${record.node}: ${count(fresh.length, 'pod')} with old addresses deleted`);
    }
    const missing = missingPods(pods, judged, record);
    if (missing.length === 0) return leave(record, leftOf(pods, judged, record));
    const waited = clock.monotonic() - began;
    if (isVain || waited >= waits.podsBack)
      return leave(record, [...notBack(record, missing, waited, isVain), ...leftOf(pods, judged, record)]);
    await clock.sleep(waits.poll);
  }
}

/** Nothing is deleted while what must come first is left to the operator: without it the next pods would be no better. */
async function tellPods(record: OperationRecord, work: Work): Promise<OperationRecord> {
  const pods = await readPods(record, work);
  return podsLeft(record, pods, await judge(pods, record, work));
}

function podsLeft(record: OperationRecord, pods: CarePod[], judged: Renewal): OperationRecord {
  return leave(record, [...podsByHand(record.node, judged.renew, record), ...leftOf(pods, judged, record)]);
}

async function readPods({ node }: OperationRecord, work: Work): Promise<CarePod[]> {
  return (await persist(work, () => listNodePods(work.wire, node, ''))).map(readCarePod);
}

async function judge(pods: CarePod[], { node, care, to, method, raw }: OperationRecord, work: Work): Promise<Renewal> {
  const { force = false, deleteEmptydirData = false, podSelector = '' } = work.choices.drain ?? {};
  const picked = podSelector === '' ? undefined : await persist(work, () => listNodePods(work.wire, node, podSelector));
  return judgeRenewal(pods, {
    to,
    cut: care?.cut ?? [],
    force,
    deleteEmptydirData,
    selected: picked && new Set(picked.map((pod) => readCarePod(pod).uid)),
    kubeletFirst: method !== 'patch' && kubeletFirst(raw),
  });
}

function withRenewed(record: OperationRecord, pods: CarePod[]): OperationRecord {
  const known = record.care?.renewed ?? [];
  const added = pods
    .filter(({ uid }) => !known.some((one) => one.uid === uid))
    .map(({ namespace, name, uid, controllerUID = '', controller }): RenewedPod => {
      return { namespace, name, uid, controller: controllerUID, daemonSet: controller?.kind === 'DaemonSet' };
    });
  return withCare(record, { renewed: [...known, ...added] });
}

/** Pods that are still to go, and successors on this node that are not there or have no address yet: by name. */
function missingPods(pods: CarePod[], { renew }: Renewal, { care }: OperationRecord): string[] {
  const renewed = care?.renewed ?? [];
  const controllers = new Set(renewed.map(({ controller }) => controller));
  const successors = pods.filter(
    (pod) =>
      isOnPodNetwork(pod) &&
      pod.deletedAt === undefined &&
      controllers.has(pod.controllerUID ?? '') &&
      !renewed.some(({ uid }) => uid === pod.uid),
  );
  const lacking = renewed.filter(
    ({ controller, daemonSet }) => daemonSet && !successors.some((pod) => pod.controllerUID === controller),
  );
  return [
    ...renew.map(podName),
    ...lacking.map(podName),
    ...successors.filter(({ addresses }) => addresses.length === 0).map(podName),
  ];
}

/** `isVain`: they were deleted again and again, and something on the node gives them other addresses. */
function notBack({ node, to }: OperationRecord, missing: string[], waited: number, isVain: boolean): LeftToDo[] {
  const names = [...new Set(missing)];
  const others = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  return [
    {
      what: `after ${Math.ceil(waited / 1000)} s not all pods of ${node} have addresses of ${to.join(',')} (${names.slice(0, NAMED).join(', ')}${others}); see ${isVain ? 'where theirs come from' : 'what they wait for'}`,
      commands: [
        `kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`,
        ...(isVain ? [`kubectl podcidr inspect ${node} --helper-pod=always`] : []),
      ],
    },
  ];
}

function leftOf(pods: CarePod[], judged: Renewal, { node, method, raw, dependents }: OperationRecord): LeftToDo[] {
  const drivers =
    method === 'patch'
      ? []
      : driversLeft(
          { node, raw, dependents },
          pods.filter(({ driver }) => driver),
          judged.drivers,
        );
  return [...keptByHand(node, judged), ...drivers];
}

/** Only an old one needs anything, and only in one mode: then its configuration is looked at. */
async function kubeProxy({ node, raw }: OperationRecord, work: Work): Promise<LeftToDo[]> {
  const left = kubeProxyLeft({ node, raw });
  if (left.length === 0) return [];
  try {
    const path = '/api/v1/namespaces/kube-system/configmaps/kube-proxy';
    const { body } = await persist(work, () => requestJSON(work.wire, { method: 'GET', path }));
    return detectsByNodeCIDR(asTexts(body.data)) ? left : [];
  } catch (error) {
    reasonOf(error, work);
    return [];
  }
}
