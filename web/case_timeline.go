package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// timelineEvent is one journal entry as text.
type timelineEvent struct {
	Seq       int64
	At        time.Time
	Title     string
	By        string
	ClaimedAt string
	Details   []detail // facts, shown in one line
	Quotes    []detail // text written by people
	Mark      string   // stage, money, or ""
	// Corrected says that the entry counts no more or otherwise, and where to look; ""
	// for most. Old is what it said before.
	Corrected string
	Old       []detail
	Void      bool
	Correct   string // path of the form that corrects it; "" if the visitor cannot
	Anchor    string // id of the element; "" where the entry is shown a second time
	See       string // path of the entry that Corrected names; "" if it names none
}

// detail is a name with its value.
type detail struct {
	Name  string
	Value string
	Quote bool // text written by people, shown with its line breaks
	Hash  bool
}

func (c *pageContext) newTimelineWriter(d *caseData) timelineWriter {
	return timelineWriter{
		texts: c.texts, aliases: counterpartAliases(d.Counterparts),
		pathOf: func(seq int64) string { return c.entryPath(d.Number, seq) },
	}
}

func counterpartAliases(counterparts []recovery.Counterpart) map[string]string {
	aliases := map[string]string{}
	for _, counterpart := range counterparts {
		aliases[string(counterpart.ID)] = counterpart.Alias
	}
	return aliases
}

// timelineWriter turns journal entries into text.
type timelineWriter struct {
	texts   *pageTexts
	aliases map[string]string
	pathOf  func(seq int64) string // of an entry on the page of the case
}

func (t timelineWriter) newEvent(corrected correctedLine) timelineEvent {
	line := corrected.JournalLine
	e := timelineEvent{
		Seq: line.Seq, At: line.At, Title: t.texts.T("entry." + string(line.Entry.Kind) + ".title"),
		By: t.texts.Word("role", line.Entry.Actor.Role), Details: t.describeFacts(line), Mark: eventMark(line.Entry.Kind),
	}
	if at, err := time.Parse(time.RFC3339, line.Entry.ClaimedAt); err == nil && formatMinute(at) != formatMinute(line.At) {
		e.ClaimedAt = formatMinute(at)
	}
	if line.Entry.Kind == recovery.EntryStageEntered {
		e.Title = t.texts.T("timeline.entered", "stage", t.texts.Word("stage", line.Entry.Facts["to"]))
	}
	quotes, bits := t.describeTexts(line)
	e.Quotes, e.Details = quotes, append(e.Details, bits...)
	if line.Entry.Blob != nil {
		e.Details = append(e.Details, detail{Name: t.texts.T("fact.sha256"), Value: shortenHash(line.Entry.Blob.SHA256), Hash: true})
	}
	e.Details = append(e.Details, t.replacementDetails(line)...)
	t.addCorrection(&e, corrected)
	return e
}

// addCorrection says what became of an entry, and which one to see.
func (t timelineWriter) addCorrection(e *timelineEvent, line correctedLine) {
	e.Void = line.Void
	switch {
	case line.Mark != nil && line.Mark.TakenBack:
		e.Corrected, e.See = t.texts.T("timeline.taken_back", "no", line.Mark.BySeq), t.pathOf(line.Mark.BySeq)
	case line.Mark != nil:
		e.Corrected, e.See = t.texts.T("timeline.corrected", "no", line.Mark.BySeq), t.pathOf(line.Mark.BySeq)
	case line.Void:
		e.Corrected, e.See = t.texts.T("timeline.void", "no", line.VoidBy), t.pathOf(line.VoidBy)
	}
}

// replacementDetails describes what a correction says in place of the old entry.
func (t timelineWriter) replacementDetails(line casework.JournalLine) []detail {
	replacement, _ := line.Entry.Facts["replacement"].(map[string]any)
	if replacement == nil {
		return nil
	}
	kind, _ := line.Entry.Facts["corrected_kind"].(string)
	said := withReplacedValues(line, line)
	said.Entry.Kind, said.Entry.Facts = recovery.EntryKind(kind), replacement
	details := t.describeFacts(said)
	if at, ok := parseStamp(fmt.Sprint(replacement["at"])); ok {
		details = append(details, detail{Name: t.texts.T("fact.at"), Value: formatMinute(at)})
	}
	quotes, bits := t.describeTexts(said)
	return slices.Concat(details, bits, quotes)
}

func eventMark(kind recovery.EntryKind) string {
	switch kind {
	case recovery.EntryStageEntered, recovery.EntryCaseFiled, recovery.EntryClosed:
		return "stage"
	case recovery.EntryReturnRecorded:
		return "money"
	default:
		return ""
	}
}

// timelineFacts are the facts shown in the timeline, in this order. The family
// is a family of texts, or a format that begins with @.
var timelineFacts = []struct{ name, family string }{
	{"corrects", "@plain"}, {"kind", "@kind"}, {"deadline", "clock"}, {"counterpart_id", "@alias"}, {"every_counterpart", "every_counterpart"}, {"channel", "channel"},
	{"amount_fen", "@money"}, {"recovered_fen", "@money"}, {"refusal", "refusal"}, {"kinds", "evidence_kind"},
	{"decision", "decision"}, {"route", "route"}, {"outcome", "outcome"}, {"visibility", "visibility"}, {"share", "share"},
	{"audience", "audience"}, {"file", "@plain"}, {"pages", "@plain"}, {"state", "export_state"},
	{"transactions", "@plain"}, {"no", "@plain"}, {"instalments", "@plan"}, {"removed", "removed"}, {"claimed_at", "@time"}, {"breaches", "breach"}, {"because", "@because"},
}

func (t timelineWriter) describeFacts(line casework.JournalLine) []detail {
	var details []detail
	for _, shown := range timelineFacts {
		value, present := line.Entry.Facts[shown.name]
		if !present {
			continue
		}
		if text := t.describeFact(line.Entry.Kind, shown.family, value); text != "" {
			details = append(details, detail{Name: t.texts.T("fact." + shown.name), Value: text})
		}
	}
	return details
}

func (t timelineWriter) describeFact(kind recovery.EntryKind, family string, value any) string {
	switch family {
	case "@money":
		if fen, ok := value.(float64); ok {
			return formatYuan(recovery.Money(fen))
		}
		return ""
	case "@alias":
		return t.aliases[fmt.Sprint(value)]
	case "@plan":
		return t.describePlan(value)
	case "@plain":
		return fmt.Sprint(value)
	case "@time":
		at, _ := parseStamp(fmt.Sprint(value))
		return formatMinute(at)
	case "@because":
		return t.describeCause(fmt.Sprint(value))
	case "@kind":
		return t.describeValue(kindFamilies[kind], value)
	default:
		return t.describeValue(family, value)
	}
}

// kindFamilies has the family of texts for the fact "kind" of each entry kind.
var kindFamilies = map[recovery.EntryKind]string{
	recovery.EntryEvidenceAdded: "evidence_kind", recovery.EntryResponseRecorded: "response",
	recovery.EntryPlatformReplied: "reply_kind", recovery.EntryLegalStep: "legal_kind", recovery.EntryDangerReported: "danger",
}

// describePlan lists the days and amounts of a plan's instalments.
func (t timelineWriter) describePlan(value any) string {
	list, _ := value.([]any)
	parts := make([]string, 0, len(list))
	for _, item := range list {
		part, _ := item.(map[string]any)
		if fen, ok := part["amount_fen"].(float64); ok {
			parts = append(parts, fmt.Sprint(part["due_on"])+" "+formatYuan(recovery.Money(fen)))
		}
	}
	return strings.Join(parts, t.texts.T("timeline.and"))
}

// describeValue returns the name of a value, or of each value of a list. A
// value without a name is returned unchanged.
func (t timelineWriter) describeValue(family string, value any) string {
	if list, ok := value.([]any); ok {
		names := make([]string, len(list))
		for i, item := range list {
			names[i] = t.describeValue(family, item)
		}
		return strings.Join(names, t.texts.T("timeline.and"))
	}
	if text, found := t.texts.FindText(family + "." + fmt.Sprint(value)); found {
		return text
	}
	return fmt.Sprint(value)
}

// describeCause returns the name of an expired deadline or of an action.
func (t timelineWriter) describeCause(cause string) string {
	if text, found := t.texts.FindText("clock." + cause); found {
		return text
	}
	if text, found := t.texts.FindText("action." + cause + ".title"); found {
		return text
	}
	return ""
}

// timelineTexts are the personal values the timeline shows. Names are shown
// with the facts of the case instead. Texts written by people are quoted.
var timelineTexts = []string{"text", "reason", "why", "note", "description", "ref", "file_name", "source"}

var quotedTexts = []string{"text", "reason", "why", "note", "description"}

func (t timelineWriter) describeTexts(line casework.JournalLine) (quotes, bits []detail) {
	for _, path := range timelineTexts {
		value := detail{Name: t.texts.T("value." + path), Value: line.Values[path]}
		switch {
		case slices.Contains(line.Withheld, path):
			value.Value = t.texts.T("timeline.withheld")
		case slices.Contains(line.Erased, path):
			value.Value = t.texts.T("timeline.erased")
		}
		switch {
		case value.Value == "":
		case slices.Contains(quotedTexts, path):
			quotes = append(quotes, value)
		default:
			bits = append(bits, value)
		}
	}
	return quotes, bits
}
