package journal

import (
	"time"

	"recourse/recovery"
)

// CollectLimitationLogs collects, for each counterpart, the entries that matter for the
// limitation period. Package recovery decides which of them count.
func CollectLimitationLogs(counterparts []recovery.Counterpart, entries []Entry) map[recovery.CounterpartID]recovery.LimitationLog {
	heard := map[recovery.CounterpartID]recovery.LimitationLog{}
	for _, entry := range entries {
		h := entry.Happening()
		for _, one := range counterparts {
			heard[one.ID] = heard[one.ID].Add(h, one.ID, len(counterparts) == 1)
		}
	}
	return heard
}

// Happening converts the entry for package recovery.
func (e Entry) Happening() recovery.LimitationEvent {
	word, _ := e.Facts["kind"].(string)
	id, _ := e.Facts["counterpart_id"].(string)
	_, brought := e.Facts["recovered_fen"] // present when money was returned
	return recovery.LimitationEvent{
		Kind: e.Kind, By: e.Actor.Role, CounterpartID: recovery.CounterpartID(id), Detail: word, MoneyReceived: brought,
		At: e.eventTime(), Seq: e.Seq,
	}
}

// eventTime returns when the event happened: the time the actor gave, else the
// time the case accepted it, else the time of the entry. It returns the zero time
// if none can be parsed.
func (e Entry) eventTime() time.Time {
	taken, _ := e.Facts["taken_at"].(string)
	for _, text := range []string{e.ClaimedAt, taken, e.At} {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
