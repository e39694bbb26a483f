package recovery

import "time"

// CaseFilter narrows a list of cases. An empty field does not filter.
type CaseFilter struct {
	Owner      UserID // the claimant's account, or their representative
	Stage      Stage
	WaitingOn  WaitingOn
	Outcome    Outcome
	Platform   Platform
	Assignee   UserID
	Unassigned bool
	DueBefore  *time.Time
	Query      string // part of number, transaction number, claimant's or counterpart's name
	OpenOnly   bool
}

// MaxPage is the largest number of items in one page of a list.
const MaxPage = 200
