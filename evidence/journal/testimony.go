package journal

import (
	"time"

	"recourse/recovery"
)

// Testimony is all that a whole journal says towards each counterpart of its case
// that bears on the limitation. What of it counts is recovery's to decide, for the
// ledger on paper as for the case's clock.
func Testimony(counterparts []recovery.Counterpart, entries []Entry) map[recovery.CounterpartID]recovery.Testimony {
	heard := map[recovery.CounterpartID]recovery.Testimony{}
	for _, entry := range entries {
		h := entry.Happening()
		for _, one := range counterparts {
			heard[one.ID] = heard[one.ID].Hear(h, one.ID, len(counterparts) == 1)
		}
	}
	return heard
}

// Happening is an entry as recovery weighs it.
func (e Entry) Happening() recovery.Happening {
	word, _ := e.Facts["kind"].(string)
	id, _ := e.Facts["counterpart_id"].(string)
	_, brought := e.Facts["recovered_fen"] // stated when money came with it
	return recovery.Happening{
		Kind: e.Kind, By: e.Actor.Role, CounterpartID: recovery.CounterpartID(id), Word: word, Brought: brought,
		At: e.happened(), Seq: e.Seq,
	}
}

// happened is when the thing was: by the word of whoever told it, by the case's
// own clock, or else when it was written down; zero when none can be read.
func (e Entry) happened() time.Time {
	taken, _ := e.Facts["taken_at"].(string)
	for _, text := range []string{e.ClaimedAt, taken, e.At} {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
