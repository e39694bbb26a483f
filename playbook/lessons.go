package playbook

import (
	"fmt"
	"strconv"
	"strings"

	"recourse/recovery"
)

// Lesson is what a closed case of this installation teaches, shared by its
// claimant: kinds and bands only, nothing that names a person or a case.
type Lesson struct {
	Platform   recovery.Platform
	Instrument recovery.Instrument
	Group      recovery.GroupKind
	Size       string // see SizeBand
	Band       string // see Band
	Reason     recovery.Reason
	Stage      recovery.Stage // the last before it was closed
	Route      recovery.Route // of law, "" when none was chosen
	Outcome    recovery.Outcome
	Returned   int // percent of the amount, 0 to 100
	Days       int // from filing to close
}

// SizeBand is the band of group sizes that lessons are told by; "" is unknown.
func SizeBand(size int) string {
	switch {
	case size <= 0:
		return ""
	case size <= 50:
		return "1-50"
	case size <= 200:
		return "51-200"
	default:
		return "200+"
	}
}

// libraryTexts are the words of precedents: what two cases share, and how a
// lesson is told.
type libraryTexts struct {
	Why      map[string]string             `yaml:"why"`
	Source   string                        `yaml:"source"`
	Story    string                        `yaml:"story"`
	Groups   map[recovery.GroupKind]string `yaml:"groups"`
	Bands    map[string]string             `yaml:"bands"`
	Stages   map[recovery.Stage]string     `yaml:"stages"`
	Routes   map[recovery.Route]string     `yaml:"routes"`
	Returned map[string]string             `yaml:"returned"`
}

// traits are what two cases share.
type traits struct{ group, oneToOne, size, reason, instrument, amount bool }

// weighed lists the traits by the name of their words, with what each counts.
func (t traits) weighed() [6]trait {
	return [...]trait{
		{"group", 3, t.group && !t.oneToOne}, {"one_to_one", 3, t.group && t.oneToOne}, {"reason", 2, t.reason},
		{"instrument", 1, t.instrument}, {"amount", 1, t.amount}, {"size", 1, t.size},
	}
}

type trait struct {
	name   string
	weight int
	shared bool
}

func (t traits) score() int {
	score := 0
	for _, one := range t.weighed() {
		if one.shared {
			score += one.weight
		}
	}
	return score
}

func (l libraryTexts) why(t traits) []string {
	var why []string
	for _, one := range t.weighed() {
		if one.shared {
			why = append(why, l.Why[one.name])
		}
	}
	return why
}

// shares holds a lesson against the facts; what is unknown is not shared.
func (v *view) shares(l *Lesson) traits {
	group, size := v.facts.group(), SizeBand(v.facts.group().Size)
	oneToOne := group.Kind == recovery.NoGroup
	return traits{
		group: group.Kind != "" && group.Kind == l.Group, oneToOne: oneToOne, size: !oneToOne && size != "" && size == l.Size,
		reason:     v.facts.Reason != "" && v.facts.Reason != recovery.OtherReason && v.facts.Reason == l.Reason,
		instrument: v.facts.Instrument == l.Instrument, amount: v.facts.Amount > 0 && Band(v.facts.Amount) == l.Band,
	}
}

func (v *view) tellLesson(id string, l Lesson) Precedent {
	words, returned := v.book.data.Library, l.Returned
	return Precedent{
		ID: id, Story: words.story(l, v.book.data.Names.naming), Route: l.way(), Returned: &returned, Days: l.Days,
		Why: words.why(v.shares(&l)), Source: words.Source,
	}
}

// way is how the case was last pursued.
func (l Lesson) way() recovery.Route {
	switch {
	case l.Route != "":
		return l.Route
	case l.Stage == recovery.Appeal:
		return PlatformAppeal
	default: // before the appeal, or where nobody chose a way of law
		return VoluntaryReturn
	}
}

func (l libraryTexts) story(told Lesson, names naming) string {
	after := l.Stages[told.Stage]
	if told.Route != "" {
		after = l.Routes[told.Route]
	}
	return strings.NewReplacer(
		"{group}", l.Groups[told.Group], "{band}", l.Bands[told.Band], "{instrument}", names.Instruments[told.Instrument],
		"{after}", after, "{returned}", l.ended(told), "{days}", strconv.Itoa(told.Days),
	).Replace(l.Story)
}

func (l libraryTexts) ended(told Lesson) string {
	switch {
	case told.Returned >= 100:
		return l.Returned["all"]
	case told.Returned > 0:
		return strings.ReplaceAll(l.Returned["part"], "{percent}", strconv.Itoa(told.Returned))
	case told.Outcome == recovery.Withdrawn:
		return l.Returned["withdrawn"]
	default:
		return l.Returned["none"]
	}
}

// lessonBands are the bands that Band gives.
var lessonBands = []string{Band(0), Band(200_00), Band(500_00), Band(5_000_00)}

// checkLibrary wants every word of a book that tells precedents; one without
// any has no use for them.
func (b *Book) checkLibrary(i *inspection) {
	t := b.data.Library
	if len(b.data.Precedents) == 0 && t.Story == "" {
		return
	}
	for _, part := range []struct {
		name  string
		wants []string
		have  map[string]string
	}{
		{"why", []string{"circumstance", "group", "one_to_one", "reason", "instrument", "amount", "size"}, t.Why},
		{"groups", spelled(recovery.GroupKinds), spelledKeys(t.Groups)},
		{"bands", lessonBands, t.Bands},
		{"stages", spelled(recovery.Stages[:len(recovery.Stages)-1]), spelledKeys(t.Stages)},
		{"routes", spelled(recovery.Routes), spelledKeys(t.Routes)},
		{"returned", []string{"all", "part", "none", "withdrawn"}, t.Returned},
		{"library", []string{"source", "story"}, map[string]string{"source": t.Source, "story": t.Story}},
	} {
		for _, word := range part.wants {
			if part.have[word] == "" {
				i.fault("", "library: %s has no word for %s", part.name, word)
			}
		}
	}
}

func spelled[T ~string](values []T) []string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = string(value)
	}
	return words
}

func spelledKeys[T ~string](words map[T]string) map[string]string {
	plain := make(map[string]string, len(words))
	for key, word := range words {
		plain[fmt.Sprint(key)] = word
	}
	return plain
}
