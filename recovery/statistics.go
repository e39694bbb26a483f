package recovery

import (
	"cmp"
	"slices"
)

// Dimension is a property that cases are counted by.
type Dimension string

// The dimensions.
const (
	ByStage    Dimension = "stage" // the current stage; of a closed case, the last one before
	ByPlatform Dimension = "platform"
	ByGroup    Dimension = "group_kind"
	ByBand     Dimension = "amount_band"
	ByMonth    Dimension = "month" // of the filing, in China
)

// Dimensions lists them in the order above.
var Dimensions = []Dimension{ByStage, ByPlatform, ByGroup, ByBand, ByMonth}

// StatsQuery asks for figures of real cases, or of those that ran at a pace.
type StatsQuery struct {
	By    []Dimension
	Bands []Money // lower bounds of the amount bands, ascending
	Paced bool
}

// StatsKey is what the cases of a row have in common. A dimension that was not
// asked for is empty, Band -1.
type StatsKey struct {
	Stage     Stage
	Platform  Platform
	GroupKind GroupKind
	Band      int    // number of lower bounds at or below the amount
	Month     string // 2026-11
}

// StatsRow holds the figures of the cases with one key.
type StatsRow struct {
	StatsKey
	Filed        int
	Closed       int
	Outcomes     map[Outcome]int // of the closed
	ClaimedFen   Money
	RecoveredFen Money
	// Stays counts the completed stays in the stage; only with ByStage. Median and
	// P90 are their lengths in seconds, interpolated.
	Stays  int
	Median float64
	P90    float64
}

// Compare orders keys by stage, then by the other dimensions.
func (k StatsKey) Compare(other StatsKey) int {
	return cmp.Or(
		cmp.Compare(slices.Index(Stages, k.Stage), slices.Index(Stages, other.Stage)),
		cmp.Compare(k.Platform, other.Platform), cmp.Compare(k.GroupKind, other.GroupKind),
		cmp.Compare(k.Band, other.Band), cmp.Compare(k.Month, other.Month),
	)
}

// LessonCount counts shared closed cases with the same course. It holds nothing
// that identifies a case: no identifier, no exact amount, no date.
type LessonCount struct {
	Platform   Platform
	Instrument Instrument
	GroupKind  GroupKind
	Band       int // number of lower bounds at or below the amount
	Reason     Reason
	LastStage  Stage
	Route      Route // the legal route, "" for none
	Outcome    Outcome
	Percent    int // of the amount that was returned, 0 to 100
	Days       int // from filing to close in unpaced time; at least 1
	Cases      int // number of cases
}

// OutcomeCount counts closed cases with the same course, and those of them that
// got money back, by the way it came.
type OutcomeCount struct {
	Platform   Platform
	Instrument Instrument
	GroupKind  GroupKind
	Band       int   // number of lower bounds at or below the amount
	LastStage  Stage // the last one before the close
	Route      Route // the legal route, "" for none
	Contacted  bool  // the counterparts were contacted
	Appealed   bool  // an appeal was submitted
	Cases      int
	Returned   int // cases with any money returned
	ByContact  int // … voluntarily by the counterpart
	ByAppeal   int // … by the platform
	ByLaw      int
	// AmountFen and RecoveredFen are sums over the cases.
	AmountFen    Money
	RecoveredFen Money
}
