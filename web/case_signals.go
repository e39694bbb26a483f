package web

import (
	"recourse/casework"
	"recourse/recovery"
)

// signalsView are the reasons to look closer at the files of a case.
type signalsView struct{ casework.CaseSignals }

// newSignalsView returns nil if there are none, or the visitor may not see them.
func (c *pageContext) newSignalsView(d *caseData) (*signalsView, error) {
	if !recovery.SeesOnScreen(c.visitor.Role, recovery.FileSignals) {
		return nil, nil
	}
	found, err := c.web.service.CaseSignals(c.Request().Context(), c.visitor.Actor, d.ID)
	if err != nil || len(found.Files)+len(found.Related) == 0 {
		return nil, err
	}
	return &signalsView{found}, nil
}
