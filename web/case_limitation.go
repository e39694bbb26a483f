package web

import (
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// limitationView is the limitation of the claim as the page shows it.
type limitationView struct {
	Avoidance    termEnd
	Counterparts []counterpartTerm
}

// counterpartTerm is the limitation towards one counterpart.
type counterpartTerm struct {
	Alias  string
	Begins time.Time
	Ends   termEnd
	Steps  []recovery.LimitationStep
}

// termEnd is the end of a term. A term ends at midnight, so the page shows the
// last full day.
type termEnd struct {
	At      time.Time
	LastDay time.Time
	Over    bool
}

func (c *pageContext) newTermEnd(at time.Time) termEnd {
	return termEnd{At: at, LastDay: at.Add(-time.Second), Over: !c.web.now().Before(at)}
}

// newLimitationView returns nil while no counterpart has the money, and when nothing
// is claimed any more. The rights run on after a case is closed.
//
// The position has the events that decide the end of the period, without their numbers.
// Everything that was recorded is in the journal, which is read only for those who ask.
func (c *pageContext) newLimitationView(d *caseData) (*limitationView, error) {
	right, remains := d.Position.RemainingRight()
	if d.Position.Stage == recovery.RecallWatch || !d.Position.IsOpen() && (!remains || right.HasEnded(c.web.now())) {
		return nil, nil //nolint:nilnil // the section is left out
	}
	ledger := casework.CaseLimitation{Counterparts: d.Position.Limitations()}
	ledger.Limitation = d.Position.EarliestLimitation(ledger.Counterparts)
	if c.QueryParam(termsParam) == allValue {
		var err error
		if ledger, err = c.web.service.Limitation(c.Request().Context(), c.visitor.Actor, d.ID); err != nil {
			return nil, err
		}
	}
	aliases := counterpartAliases(d.Counterparts)
	mark := &limitationView{Avoidance: c.newTermEnd(ledger.Avoidance)}
	for _, item := range ledger.Counterparts {
		mark.Counterparts = append(mark.Counterparts, counterpartTerm{
			Alias: aliases[string(item.ID)], Begins: item.Begins, Ends: c.newTermEnd(item.Ends), Steps: item.Steps,
		})
	}
	return mark, nil
}
