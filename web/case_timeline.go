package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// event is one journal entry in plain words.
type event struct {
	Seq       int64
	At        time.Time
	Title     string
	By        string
	ClaimedAt string
	Bits      []detail // facts, told in one line
	Quotes    []detail // people's own words
	Mark      string   // stage, money, or ""
}

// detail is a name with its value.
type detail struct {
	Name  string
	Value string
	Quote bool // people's own words, with their line breaks
	Hash  bool
}

// timelineShown is how many of the newest events a page shows at first.
const timelineShown = 20

// timeline words the journal, newest first.
func (c *call) timeline(d *caseData) []event {
	teller := teller{say: c.say, aliases: aliasesOf(d.Counterparts)}
	events := make([]event, 0, len(d.lines))
	for _, line := range slices.Backward(d.lines) {
		events = append(events, teller.event(line))
	}
	return events
}

func aliasesOf(counterparts []recovery.Counterpart) map[string]string {
	aliases := map[string]string{}
	for _, counterpart := range counterparts {
		aliases[string(counterpart.ID)] = counterpart.Alias
	}
	return aliases
}

// teller puts entries into words.
type teller struct {
	say     *wording
	aliases map[string]string
}

func (t teller) event(line casework.JournalLine) event {
	e := event{
		Seq: line.Seq, At: line.At, Title: t.say.T("entry." + string(line.Entry.Kind) + ".title"),
		By: t.say.Word("role", line.Entry.Actor.Role), Bits: t.facts(line), Mark: markOf(line.Entry.Kind),
	}
	if at, err := time.Parse(time.RFC3339, line.Entry.ClaimedAt); err == nil && minute(at) != minute(line.At) {
		e.ClaimedAt = minute(at)
	}
	if line.Entry.Kind == recovery.EntryStageEntered {
		e.Title = t.say.T("timeline.entered", "stage", t.say.Word("stage", line.Entry.Facts["to"]))
	}
	quotes, bits := t.words(line)
	e.Quotes, e.Bits = quotes, append(e.Bits, bits...)
	if line.Entry.Blob != nil {
		e.Bits = append(e.Bits, detail{Name: t.say.T("fact.sha256"), Value: short(line.Entry.Blob.SHA256), Hash: true})
	}
	return e
}

func markOf(kind recovery.EntryKind) string {
	switch kind {
	case recovery.EntryStageEntered, recovery.EntryCaseFiled, recovery.EntryClosed:
		return "stage"
	case recovery.EntryReturnRecorded:
		return "money"
	default:
		return ""
	}
}

// shownFacts are the facts told in the timeline, in this order, and how each is
// worded: a family of words, or one of the forms of wording.
var shownFacts = []struct{ name, family string }{
	{"kind", "@kind"}, {"deadline", "clock"}, {"counterpart_id", "@alias"}, {"every_counterpart", "every_counterpart"}, {"channel", "channel"},
	{"amount_fen", "@money"}, {"recovered_fen", "@money"}, {"refusal", "refusal"}, {"kinds", "evidence_kind"},
	{"decision", "decision"}, {"route", "route"}, {"outcome", "outcome"}, {"visibility", "visibility"}, {"share", "share"},
	{"audience", "audience"}, {"file", "@plain"}, {"pages", "@plain"}, {"state", "export_state"},
	{"transactions", "@plain"}, {"no", "@plain"}, {"instalments", "@plan"}, {"breaches", "breach"}, {"because", "@because"},
}

func (t teller) facts(line casework.JournalLine) []detail {
	var told []detail
	for _, shown := range shownFacts {
		value, present := line.Entry.Facts[shown.name]
		if !present {
			continue
		}
		if text := t.word(line.Entry.Kind, shown.family, value); text != "" {
			told = append(told, detail{Name: t.say.T("fact." + shown.name), Value: text})
		}
	}
	return told
}

func (t teller) word(kind recovery.EntryKind, family string, value any) string {
	switch family {
	case "@money":
		if fen, ok := value.(float64); ok {
			return yuan(recovery.Money(fen))
		}
		return ""
	case "@alias":
		return t.aliases[fmt.Sprint(value)]
	case "@plan":
		return t.plan(value)
	case "@plain":
		return fmt.Sprint(value)
	case "@because":
		return t.because(fmt.Sprint(value))
	case "@kind":
		return t.named(kindFamilies[kind], value)
	default:
		return t.named(family, value)
	}
}

// kindFamilies says of what the fact "kind" of an entry is a kind.
var kindFamilies = map[recovery.EntryKind]string{
	recovery.EntryEvidenceAdded: "evidence_kind", recovery.EntryResponseRecorded: "response",
	recovery.EntryPlatformReplied: "reply_kind", recovery.EntryLegalStep: "legal_kind",
}

// plan tells the parts of a plan: days and amounts.
func (t teller) plan(value any) string {
	list, _ := value.([]any)
	parts := make([]string, 0, len(list))
	for _, item := range list {
		part, _ := item.(map[string]any)
		if fen, ok := part["amount_fen"].(float64); ok {
			parts = append(parts, fmt.Sprint(part["due_on"])+" "+yuan(recovery.Money(fen)))
		}
	}
	return strings.Join(parts, t.say.T("timeline.and"))
}

// named words a value, or each of a list; a word nobody foresaw stays as it is.
func (t teller) named(family string, value any) string {
	if list, ok := value.([]any); ok {
		names := make([]string, len(list))
		for i, item := range list {
			names[i] = t.named(family, item)
		}
		return strings.Join(names, t.say.T("timeline.and"))
	}
	if text, found := t.say.Find(family + "." + fmt.Sprint(value)); found {
		return text
	}
	return fmt.Sprint(value)
}

// because names a clock that ran out or an act.
func (t teller) because(cause string) string {
	if text, found := t.say.Find("clock." + cause); found {
		return text
	}
	if text, found := t.say.Find("action." + cause + ".title"); found {
		return text
	}
	return ""
}

// ownWords are the personal values the timeline tells; who and to whom stands in
// the facts of the case. What people wrote is quoted.
var ownWords = []string{"text", "reason", "why", "note", "description", "ref", "file_name", "source"}

var quoted = []string{"text", "reason", "why", "note", "description"}

func (t teller) words(line casework.JournalLine) (quotes, bits []detail) {
	for _, path := range ownWords {
		told := detail{Name: t.say.T("value." + path), Value: line.Values[path]}
		switch {
		case slices.Contains(line.Withheld, path):
			told.Value = t.say.T("timeline.withheld")
		case slices.Contains(line.Erased, path):
			told.Value = t.say.T("timeline.erased")
		}
		switch {
		case told.Value == "":
		case slices.Contains(quoted, path):
			quotes = append(quotes, told)
		default:
			bits = append(bits, told)
		}
	}
	return quotes, bits
}
