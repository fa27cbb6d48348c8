import type { SurveyPod } from '../../model/survey.ts';
import { compareText, shellWord } from '../../model/text.ts';

/** namespace/name. */
export function podName({ namespace, name }: SurveyPod): string {
  return `${namespace}/${name}`;
}

/** Pods get an address once in their life: a new one comes with a new pod. Bare pods are not made again. */
export function deletePods(pods: SurveyPod[]): string {
  return [...Map.groupBy(pods, ({ namespace }) => namespace)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([namespace, own]) => {
      const names = own.map(({ name }) => shellWord(name)).sort(compareText);
      return `kubectl -n ${shellWord(namespace)} delete pod ${names.join(' ')}`;
    })
    .join(' && ');
}
