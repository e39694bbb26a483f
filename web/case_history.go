package web

import (
	"slices"
	"strconv"

	"recourse/recovery"
)

const (
	// maxShownEvents is the number of journal entries that a page shows at once. More make
	// it heavier than a telephone should load.
	maxShownEvents = 18
	// maxShownMessages is the number of newest messages beside the limits of contact.
	maxShownMessages = 20
	// maxShownFiles is the number of newest files that a page shows.
	maxShownFiles = 30
)

// What the address of a case page asks for.
const (
	beforeParam  = "before"  // entries before the one with this number
	entryParam   = "entry"   // entries around the one with this number
	entriesParam = "entries" // allValue: every entry
	filesParam   = "files"   // allValue: every file
	termsParam   = "terms"   // allValue: everything that affects the limitation
	allValue     = "all"
)

// timelineView is the part of the journal that a page shows, newest entry first.
type timelineView struct {
	Events []timelineEvent
	Older  string // path of the entries before these; "" if there are none
	Newer  string // path of the entries after these; "" if there are none
	Newest string // path of the newest entries; "" if these are
	All    string // path of every entry; "" if they are shown
	Hidden int64  // number of older entries
	// Filing is the first entry if it is not among the events: it says what the case is about.
	Filing []timelineEvent
}

// newTimeline describes the entries of the window.
func (c *pageContext) newTimeline(d *caseData) timelineView {
	home, w := c.casePath(string(d.Number)), d.journal
	view := timelineView{Events: []timelineEvent{}, Hidden: w.First - 1}
	writer := c.newTimelineWriter(d)
	for i, line := range slices.Backward(correctedLines(w.Lines)) {
		if !w.Contains(line.Seq) && line.Seq > 1 {
			continue
		}
		event := writer.newEvent(line)
		event.Anchor = entryAnchor(line.Seq)
		if line.Mark != nil && !line.Mark.TakenBack {
			event.Old = writer.describeFacts(w.Lines[i])
		}
		if _, ok := correctionRule(line); ok && c.checkCorrection(d, line) == nil {
			event.Correct = correctPath(d.Number, line.Seq)
		}
		if w.Contains(line.Seq) {
			view.Events = append(view.Events, event)
		} else {
			view.Filing = append(view.Filing, event)
		}
	}
	if w.First > 1 {
		view.Older = entriesBefore(home, w.First)
	}
	if w.Last < w.Size {
		view.Newest, view.Newer = home+"#timeline", entriesBefore(home, w.Last+maxShownEvents+1)
	}
	if w.Last-w.First+1 < w.Size {
		view.All = home + "?" + entriesParam + "=" + allValue + "#timeline"
	}
	return view
}

func entriesBefore(home string, seq int64) string {
	return home + "?" + beforeParam + "=" + strconv.FormatInt(seq, 10) + "#timeline"
}

func entryAnchor(seq int64) string { return "entry-" + strconv.FormatInt(seq, 10) }

// entryPath is the path of an entry on the page that shows it.
func (c *pageContext) entryPath(number recovery.CaseNumber, seq int64) string {
	return c.casePath(string(number)) + "?" + entryParam + "=" + strconv.FormatInt(seq, 10) + "#" + entryAnchor(seq)
}

// shownFiles is how many files the page shows.
func (c *pageContext) shownFiles() int {
	if c.QueryParam(filesParam) == allValue {
		return maxAllFiles
	}
	return maxShownFiles
}

// maxAllFiles is above the number of files of any case.
const maxAllFiles = 1 << 30
