import type { Outputs } from '../../trpc/api.tsx';

export type HistoryEvent = Outputs['operation']['getHistory']['events'][number];

/** Where Temporal says what an event is about, the most telling first. */
const SUBJECTS = [
  ['activityType', 'name'],
  ['signalName'],
  ['details', 'data', 'payloads', '0', 'activity_type'], // of an activity that ran beside its workflow
  ['workflowType', 'name'],
  ['timerId'],
  ['markerName'],
] as const;
/** Where an event names the one that began what it ends. */
const BEGINNINGS = ['scheduledEventId', 'initiatedEventId', 'startedEventId'] as const;

/** What each event is about in a word: of an activity's end, the activity. Empty when nothing says it. */
export function subjectsOf(events: readonly HistoryEvent[]): ReadonlyMap<number, string> {
  const subjects = new Map<number, string>();
  for (const { id, attributes } of events) {
    const own = SUBJECTS.map((path) => textAt(attributes, path)).find((text) => text !== '');
    const beginning = BEGINNINGS.map((name) => attributes[name]).find((value) => typeof value === 'number' && subjects.has(value));
    subjects.set(id, own ?? (typeof beginning === 'number' ? (subjects.get(beginning) ?? '') : ''));
  }
  return subjects;
}

/** `ACTIVITY_TASK_SCHEDULED` as `Activity task scheduled`. */
export function wordsOf(type: string): string {
  const words = type.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function textAt(value: unknown, path: readonly string[]): string {
  const found = path.reduce((inner, name) => Object.entries(Object(inner)).find(([key]) => key === name)?.[1], value);
  return typeof found === 'string' ? found : '';
}
