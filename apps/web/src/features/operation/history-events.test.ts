import { expect, it } from 'vitest';
import { subjectsOf, wordsOf, type HistoryEvent } from './history-events.ts';

const event = (id: number, type: string, attributes: Record<string, unknown>): HistoryEvent => ({
  id,
  type,
  attributes,
  time: '2026-01-01T00:00:00Z',
});

it('an event is about what Temporal names in it, or in the event that began it', () => {
  const subjects = subjectsOf([
    event(1, 'WORKFLOW_EXECUTION_STARTED', { workflowType: { name: 'deployInstance' } }),
    event(5, 'MARKER_RECORDED', { markerName: 'core_local_activity', details: { data: { payloads: [{ activity_type: 'enterStep' }] } } }),
    event(6, 'ACTIVITY_TASK_SCHEDULED', { activityType: { name: 'ensureVolume' } }),
    event(7, 'ACTIVITY_TASK_STARTED', { scheduledEventId: 6 }),
    event(8, 'ACTIVITY_TASK_COMPLETED', { scheduledEventId: 6, startedEventId: 7, result: null }),
    event(9, 'WORKFLOW_EXECUTION_SIGNALED', { signalName: 'retryStep', input: null }),
    event(10, 'ACTIVITY_TASK_COMPLETED', { scheduledEventId: 3 }),
  ]);
  expect([...subjects.values()]).toEqual(['deployInstance', 'enterStep', 'ensureVolume', 'ensureVolume', 'ensureVolume', 'retryStep', '']);
});

it('a type of event is said in words', () => {
  expect(wordsOf('ACTIVITY_TASK_TIMED_OUT')).toBe('Activity task timed out');
});
