package casework

import (
	"slices"
	"time"

	"recourse/postgres"
)

// LimitClass names one limit. The name is stored with the uses.
type LimitClass string

// The limits of people without an account.
const (
	LimitProbes        LimitClass = "probes"
	LimitAssets        LimitClass = "assets"
	LimitPages         LimitClass = "pages"
	LimitAssessments   LimitClass = "assessments"
	LimitSignIns       LimitClass = "sign_ins"
	LimitUnknownTokens LimitClass = "unknown_tokens"
	LimitMailStops     LimitClass = "mail_stops"
	LimitLinkVisits    LimitClass = "link_visits"
	LimitLinkRequests  LimitClass = "link_requests"
	LimitLinkAnswers   LimitClass = "link_answers"
	LimitLinkFiles     LimitClass = "link_files"
)

// LimitedBy is what a limit counts by.
type LimitedBy string

// What limits count by. Addresses are counted by the minute, counterparts exactly: all
// links that one of them has in a case together.
const (
	ByAddress     LimitedBy = "address"
	ByCounterpart LimitedBy = "counterpart"
)

// Limit is one row of the table of limits.
type Limit struct {
	Class   LimitClass
	By      LimitedBy
	Windows []postgres.UsageWindow // empty: not limited
	Size    int64                  // bytes of one request's body, a little more than a complete one needs; 0: it has none
	Routes  []string               // the public routes it applies to, as method and path
}

// LinkLife is the longest validity of a link. A limit of that length outlives the link
// of its first use.
const LinkLife = MaxLinkDays * day

const (
	kilobyte = 1 << 10
	megabyte = 1 << 20
	// maxFileForm is the size of the fields sent with a file.
	maxFileForm = megabyte
)

// linkRoutes are the routes that are used with a link. Answers and files have
// limits of their own, too, which count only what is stored.
var (
	linkAnswerRoutes = []string{
		"POST /return/:token/:answer", "POST /api/v1/return/response", "POST /api/v1/return/plan",
		"POST /api/v1/return/plan/answer", "POST /api/v1/return/harassment",
	}
	linkFileRoutes = []string{"POST /return/:token/evidence", "POST /api/v1/return/evidence"}
	linkRoutes     = slices.Concat([]string{"GET /return/:token", "POST /return/:token", "GET /api/v1/return"}, linkAnswerRoutes, linkFileRoutes)
)

// DefaultLimits is the table of all limits of people without an account. Many
// people share an address, so the limits by address only stop programs; those by
// counterpart are what one of them needs.
func DefaultLimits() []Limit {
	return []Limit{
		{LimitProbes, ByAddress, perMinuteAndDay(1_200, 1_000_000), 0, []string{"GET /healthz", "GET /readyz", "GET /metrics"}},
		{LimitAssets, ByAddress, perMinuteAndDay(1_200, 100_000), 0, []string{"GET /assets/:file"}},
		{LimitPages, ByAddress, perMinuteAndDay(240, 20_000), 0, []string{"GET /", "GET /sign-in", "GET /api/v1/openapi.yaml"}},
		{LimitAssessments, ByAddress, perMinuteAndDay(120, 10_000), 64 * kilobyte, []string{"POST /api/v1/assessments", "POST /api/v1/preventions"}},
		{LimitSignIns, ByAddress, perMinuteAndDay(60, 2_000), megabyte, []string{"POST /sign-in", "POST /sign-out"}},
		{LimitUnknownTokens, ByAddress, perMinuteAndDay(120, 2_000), 0, nil},
		{LimitMailStops, ByAddress, perMinuteAndDay(60, 2_000), 64 * kilobyte, []string{"GET /stop/:token", "POST /stop/:token"}},
		{LimitLinkVisits, ByAddress, perMinuteAndDay(240, 10_000), 64 * kilobyte, slices.Concat([]string{"GET /return", "POST /return"}, linkRoutes)},
		{LimitLinkRequests, ByCounterpart, perMinuteAndDay(120, 2_000), 0, linkRoutes},
		{LimitLinkAnswers, ByCounterpart, []postgres.UsageWindow{{Length: time.Hour, Uses: 10}, {Length: day, Uses: 40}}, 256 * kilobyte, linkAnswerRoutes},
		{LimitLinkFiles, ByCounterpart, []postgres.UsageWindow{{Length: LinkLife, Uses: 20, Bytes: 200 * megabyte}}, 200*megabyte + maxFileForm, linkFileRoutes},
	}
}

func perMinuteAndDay(minute, daily int64) []postgres.UsageWindow {
	return []postgres.UsageWindow{{Length: time.Minute, Uses: minute}, {Length: day, Uses: daily}}
}

// findLimit returns the limit of a class.
func findLimit(table []Limit, class LimitClass) Limit {
	at := slices.IndexFunc(table, func(l Limit) bool { return l.Class == class })
	if at < 0 {
		return Limit{Class: class}
	}
	return table[at]
}
