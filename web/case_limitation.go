package web

import (
	"time"

	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// termMark is the limitation of the claim as the page shows it.
type termMark struct {
	Avoidance endMark
	Parties   []partyTerm
}

// partyTerm is the ledger towards one counterpart.
type partyTerm struct {
	Alias  string
	Begins time.Time
	Ends   endMark
	Steps  []recovery.LimitationStep
}

// endMark is the end of a term. A term ends with the end of a day, so people are
// told the last day of it.
type endMark struct {
	At      time.Time
	LastDay time.Time
	Over    bool
}

func (c *call) endMark(at time.Time) endMark {
	return endMark{At: at, LastDay: at.Add(-time.Second), Over: !c.web.now().Before(at)}
}

// terms are the limitation's while the claim is pursued: before that nobody holds
// the money, and after it nothing is asked for.
func (c *call) terms(d *caseData) *termMark {
	if !d.Position.IsOpen() || d.Position.Stage == recovery.RecallWatch {
		return nil
	}
	entries := make([]journal.Entry, len(d.lines))
	for i, line := range d.lines {
		entries[i] = line.Entry
	}
	ledger := casework.LimitationOf(d.Case, entries)
	aliases := aliasesOf(d.Counterparts)
	mark := &termMark{Avoidance: c.endMark(ledger.Avoidance)}
	for _, one := range ledger.Counterparts {
		mark.Parties = append(mark.Parties, partyTerm{
			Alias: aliases[string(one.ID)], Begins: one.Begins, Ends: c.endMark(one.Ends), Steps: one.Steps,
		})
	}
	return mark
}
