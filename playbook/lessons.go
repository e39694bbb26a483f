package playbook

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// ClosedCases are closed cases with the same course, shared by their claimants:
// kinds and bands only, nothing that identifies a person or a case.
type ClosedCases struct {
	Instrument recovery.Instrument
	Group      recovery.GroupKind
	Band       string         // see AmountBands
	Stage      recovery.Stage // the last before closing
	Route      recovery.Route // legal route, "" when none was chosen
	Outcome    recovery.Outcome
	Returned   int // percent of the amount, 0 to 100
	Days       int // from filing to close
	Cases      int // number of cases
}

// Lesson summarizes a cohort of closed cases, never a single one. It covers at
// least as many cases as the rules require, so that nobody can be recognised.
type Lesson struct {
	ID         string // of the cohort, stable
	Instrument recovery.Instrument
	Group      recovery.GroupKind
	Band       string
	Cases      int
	Stage      recovery.Stage // where most of them ended
	Route      recovery.Route
	Outcome    recovery.Outcome // of most of them
	Returned   int              // percent, weighted median
	Days       int
}

// lessonCohort is what the cases of a lesson have in common.
type lessonCohort struct {
	instrument recovery.Instrument
	group      recovery.GroupKind
	band       string
}

// hashID is stable whatever other lessons exist, and reveals no case.
func (c lessonCohort) hashID() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(c.instrument), string(c.group), c.band}, "\n")))
	return "lesson." + hex.EncodeToString(sum[:6])
}

// MakeLessons returns a lesson for each cohort that is large enough by the rules,
// in the order of ids. Without that limit there are no lessons.
func (rs *RuleSet) MakeLessons(closed []ClosedCases, now time.Time) []Lesson {
	enough, known := rs.limitAt("lesson_cases", now)
	if !known {
		return nil
	}
	cohorts := map[lessonCohort][]ClosedCases{}
	for _, one := range closed {
		cohort := lessonCohort{one.Instrument, one.Group, one.Band}
		cohorts[cohort] = append(cohorts[cohort], one)
	}
	var lessons []Lesson
	for cohort, alike := range cohorts {
		if lesson := cohort.summarize(alike); int64(lesson.Cases) >= enough {
			lessons = append(lessons, lesson)
		}
	}
	slices.SortFunc(lessons, func(a, b Lesson) int { return cmp.Compare(a.ID, b.ID) })
	return lessons
}

func (c lessonCohort) summarize(alike []ClosedCases) Lesson {
	lesson := Lesson{ID: c.hashID(), Instrument: c.instrument, Group: c.group, Band: c.band}
	for _, one := range alike {
		lesson.Cases += one.Cases
	}
	type end struct {
		stage recovery.Stage
		route recovery.Route
	}
	ended := mostCommon(alike, func(one ClosedCases) end { return end{one.Stage, one.Route} })
	lesson.Stage, lesson.Route = ended.stage, ended.route
	lesson.Outcome = mostCommon(alike, func(one ClosedCases) recovery.Outcome { return one.Outcome })
	lesson.Returned = weightedMedian(alike, func(one ClosedCases) int { return one.Returned })
	lesson.Days = weightedMedian(alike, func(one ClosedCases) int { return one.Days })
	return lesson
}

// mostCommon returns the most frequent value; the first one seen wins a tie.
func mostCommon[K comparable](alike []ClosedCases, of func(ClosedCases) K) K {
	counts := map[K]int{}
	for _, one := range alike {
		counts[of(one)] += one.Cases
	}
	best := of(alike[0])
	for _, one := range alike {
		if counts[of(one)] > counts[best] {
			best = of(one)
		}
	}
	return best
}

// weightedMedian returns the lower median over all cases.
func weightedMedian(alike []ClosedCases, of func(ClosedCases) int) int {
	sorted := slices.SortedFunc(slices.Values(alike), func(a, b ClosedCases) int { return cmp.Compare(of(a), of(b)) })
	total := 0
	for _, one := range sorted {
		total += one.Cases
	}
	passed := 0
	for _, one := range sorted {
		if passed += one.Cases; 2*passed >= total {
			return of(one)
		}
	}
	return 0
}

// sharedWithLesson compares the facts with a lesson. Unknown facts are not shared.
func (e *evaluation) sharedWithLesson(l *Lesson, band string) sharedTraits {
	kind := e.facts.groupOrZero().Kind
	same := kind != "" && kind == l.Group
	return sharedTraits{
		group: same && kind != recovery.NoGroup, oneToOne: same && kind == recovery.NoGroup,
		instrument: e.facts.Instrument == l.Instrument, amount: e.claim() > 0 && band == l.Band,
	}
}

func (e *evaluation) lessonPrecedent(l *Lesson, why []string) Precedent {
	returned := l.Returned
	return Precedent{
		ID: l.ID, Story: e.rules.lessonStory(l), Route: l.precedentRoute(), Returned: &returned, Days: l.Days, Why: why,
		Source: e.rules.data.Library.Source,
	}
}

// precedentRoute returns the way in which the money of the cases came back: their route
// of the legal stage, else the appeal or a voluntary return.
func (l *Lesson) precedentRoute() recovery.Route {
	switch {
	case l.Route != "":
		return l.Route
	case l.Stage == recovery.Appeal:
		return PlatformAppeal
	default: // before the appeal, or without a legal route
		return VoluntaryReturn
	}
}

func (rs *RuleSet) lessonStory(lesson *Lesson) string {
	words := &rs.data.Library
	after := words.Stages[lesson.Stage]
	if lesson.Route != "" {
		after = words.Routes[lesson.Route]
	}
	return strings.NewReplacer(
		"{group}", words.Groups[lesson.Group], "{band}", rs.amountBandText(lesson.Band),
		"{instrument}", rs.data.Names.Instruments[lesson.Instrument], "{cases}", strconv.Itoa(lesson.Cases),
		"{after}", after, "{returned}", words.outcomeText(lesson), "{days}", strconv.Itoa(lesson.Days),
	).Replace(words.Story)
}

func (l *libraryTexts) outcomeText(lesson *Lesson) string {
	switch {
	case lesson.Returned >= 100:
		return l.Returned["all"]
	case lesson.Returned > 0:
		return strings.ReplaceAll(l.Returned["part"], "{percent}", strconv.Itoa(lesson.Returned))
	case lesson.Outcome == recovery.Withdrawn:
		return l.Returned["withdrawn"]
	default:
		return l.Returned["none"]
	}
}
