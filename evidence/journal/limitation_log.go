package journal

import (
	"slices"
	"time"

	"recourse/recovery"
)

// CollectLimitationLogs collects, for each counterpart, the entries that matter for the
// limitation period, as corrected. Package recovery decides which of them count.
func CollectLimitationLogs(counterparts []recovery.Counterpart, entries []Entry) map[recovery.CounterpartID]recovery.LimitationLog {
	logs := map[recovery.CounterpartID]recovery.LimitationLog{}
	known := filedCounterparts(counterparts, entries)
	for _, entry := range CountingEntries(entries) {
		event := entry.LimitationEvent()
		if event.Kind == recovery.EntryCounterpartAdded && isCounterpart(counterparts, event.CounterpartID) {
			known = append(known, event.CounterpartID)
		}
		for _, id := range known {
			logs[id] = logs[id].Add(event, id, len(known) == 1)
		}
	}
	return logs
}

// filedCounterparts are the counterparts that were named at filing. What happened
// before somebody was added does not concern them.
func filedCounterparts(counterparts []recovery.Counterpart, entries []Entry) []recovery.CounterpartID {
	var filed []recovery.CounterpartID
	for _, counterpart := range counterparts {
		if !slices.ContainsFunc(entries, func(e Entry) bool {
			event := e.LimitationEvent()
			return event.Kind == recovery.EntryCounterpartAdded && event.CounterpartID == counterpart.ID
		}) {
			filed = append(filed, counterpart.ID)
		}
	}
	return filed
}

func isCounterpart(counterparts []recovery.Counterpart, id recovery.CounterpartID) bool {
	return slices.ContainsFunc(counterparts, func(c recovery.Counterpart) bool { return c.ID == id })
}

// LimitationEvent converts an entry to the event that package recovery examines.
func (e Entry) LimitationEvent() recovery.LimitationEvent {
	kind, _ := e.Facts["kind"].(string)
	id, _ := e.Facts["counterpart_id"].(string)
	_, hasMoney := e.Facts["recovered_fen"] // present when money was returned
	return recovery.LimitationEvent{
		Kind: e.Kind, By: e.Actor.Role, CounterpartID: recovery.CounterpartID(id), Detail: kind, MoneyReceived: hasMoney,
		At: e.eventTime(), Seq: e.Seq,
	}
}

// eventTime returns when the event happened. It is the first of these that can be
// parsed: the time that the actor gave, the time at which the case accepted the
// event, the time of the entry. Without any it is the zero time.
func (e Entry) eventTime() time.Time {
	taken, _ := e.Facts["taken_at"].(string)
	for _, text := range []string{e.ClaimedAt, taken, e.At} {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
