package casework

import (
	"slices"
	"time"

	"recourse/postgres"
	"recourse/recovery"
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
	LimitCaseFiles     LimitClass = "case_files"
	LimitAddressMails  LimitClass = "address_mails"
	LimitClaimantMails LimitClass = "claimant_mails"
)

// accountUse is what an account uses of its limits. Each has a class for claimants
// and one for staff, which works for many people.
type accountUse string

// What accounts use.
const (
	useRequests accountUse = "requests"
	useChanges  accountUse = "changes" // requests that may change something
	useCases    accountUse = "cases"
	useLinks    accountUse = "links"
	useFiles    accountUse = "files"
	useExports  accountUse = "exports"
)

// classFor returns the limit of an account; "" for those that are no account.
func (u accountUse) classFor(role recovery.Role) LimitClass {
	switch role {
	case recovery.RoleClaimant:
		return LimitClass("claimant_" + u)
	case recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAdmin, recovery.RoleAuditor:
		return LimitClass("staff_" + u)
	default:
		return ""
	}
}

// LimitedBy is what a limit counts by.
type LimitedBy string

// What limits count by. Requests are counted by the minute of the clock, what is stored
// exactly. All links that a counterpart has in a case count together.
const (
	ByAddress     LimitedBy = "address"
	ByCounterpart LimitedBy = "counterpart"
	ByAccount     LimitedBy = "account"
	ByCase        LimitedBy = "case"
	ByMailAddress LimitedBy = "mail address"
)

// Limit is one row of the table of limits.
type Limit struct {
	Class   LimitClass
	By      LimitedBy
	Windows []postgres.UsageWindow // empty: not limited
	Size    int64                  // bytes of one request's body, a little more than a complete one needs; 0: it has none
	Routes  []string               // the public routes it applies to, as method and path
	About   string                 // what it is for, in docs/limits.md
}

// LinkLife is the longest validity of a link. A limit of that length outlives the link
// of its first use.
const LinkLife = MaxLinkDays * day

// CaseLife is the window of what a case may have in all. It is not counted but read
// from the case.
const CaseLife = 100 * 365 * day

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
		"POST /return/case/:answer", "POST /api/v1/return/response", "POST /api/v1/return/plan",
		"POST /api/v1/return/plan/answer", "POST /api/v1/return/harassment",
	}
	linkFileRoutes = []string{"POST /return/case/evidence", "POST /api/v1/return/evidence"}
	linkRoutes     = slices.Concat([]string{"GET /return/case", "POST /return/case", "GET /api/v1/return"}, linkAnswerRoutes, linkFileRoutes)
)

// DefaultLimits is the table of all limits. Many people share an address, so the
// limits by address only stop programs; the others are what one person needs.
func DefaultLimits() []Limit { return slices.Concat(publicLimits(), accountLimits()) }

// publicLimits are the limits of people without an account.
func publicLimits() []Limit {
	return []Limit{
		{LimitProbes, ByAddress, perMinuteAndDay(1_200, 1_000_000), 0, []string{"GET /healthz", "GET /readyz", "GET /metrics"}, "health, readiness, metrics"},
		{LimitAssets, ByAddress, perMinuteAndDay(1_200, 100_000), 0, []string{"GET /assets/:file"}, "styles and scripts"},
		{LimitPages, ByAddress, perMinuteAndDay(240, 20_000), 0, []string{"GET /", "GET /sign-in", "GET /api/v1/openapi.yaml"}, "start page, sign-in page, specification"},
		{LimitAssessments, ByAddress, perMinuteAndDay(120, 10_000), 64 * kilobyte, []string{"POST /api/v1/assessments", "POST /api/v1/preventions"}, "assessments, checks before a payment"},
		{LimitSignIns, ByAddress, perMinuteAndDay(60, 2_000), megabyte, []string{"POST /sign-in", "POST /sign-out"}, "signing in and out"},
		{LimitUnknownTokens, ByAddress, perMinuteAndDay(120, 2_000), 0, nil, "requests with a token that belongs to nobody"},
		{LimitMailStops, ByAddress, perMinuteAndDay(60, 2_000), 64 * kilobyte, []string{"GET /stop/:token", "POST /stop/:token"}, "unsubscribing from mails"},
		{LimitLinkVisits, ByAddress, perMinuteAndDay(240, 10_000), 64 * kilobyte, slices.Concat([]string{"GET /return", "POST /return"}, linkRoutes), "everything under `/return`, with known and unknown links"},
		{LimitLinkRequests, ByCounterpart, perMinuteAndDay(120, 2_000), 0, linkRoutes, "every request with a link of one counterpart"},
		{LimitLinkAnswers, ByCounterpart, perHourAndDay(10, 40), 256 * kilobyte, linkAnswerRoutes, "answers of a counterpart"},
		{LimitLinkFiles, ByCounterpart, []postgres.UsageWindow{{Length: LinkLife, Uses: 20, Bytes: 200 * megabyte}}, 200*megabyte + maxFileForm, linkFileRoutes, "files of a counterpart"},
	}
}

// accountLimits are the limits of accounts, and of the cases that they fill. Staff
// works with many cases at a time, and programs work with staff accounts.
func accountLimits() []Limit {
	limits := []Limit{
		{Class: LimitCaseFiles, By: ByCase, Windows: []postgres.UsageWindow{{Length: CaseLife, Uses: 2_000, Bytes: 4_000 * megabyte}}, About: "all files of a case, whoever sent them"},
		{Class: LimitAddressMails, By: ByMailAddress, Windows: perHourAndDay(10, 40), About: "mails to a person without an account, about all cases"},
		{Class: LimitClaimantMails, By: ByAccount, Windows: perHourAndDay(200, 1_000), About: "mails about the cases of a claimant, except of deadlines"},
	}
	for _, row := range []struct {
		use             accountUse
		claimant, staff []postgres.UsageWindow
		about           string
	}{
		{useRequests, perMinuteAndDay(1_800, 50_000), perMinuteAndDay(3_000, 500_000), "every request of an account"},
		{useChanges, perMinuteAndDay(1_200, 20_000), perMinuteAndDay(1_800, 200_000), "requests that may change something; a part of a file is one"},
		{useCases, perHourAndDay(200, 300), perHourAndDay(600, 5_000), "cases filed"},
		{useLinks, perHourAndDay(200, 500), perHourAndDay(600, 5_000), "links issued to counterparts"},
		{useFiles, filesPerHourAndDay(500, 1_000, 2_000*megabyte), filesPerHourAndDay(2_000, 10_000, 20_000*megabyte), "files and bills added to cases"},
		{useExports, perHourAndDay(20, 60), perHourAndDay(300, 2_000), "exports built; asking for one that exists is free"},
	} {
		limits = append(limits,
			Limit{Class: row.use.classFor(recovery.RoleClaimant), By: ByAccount, Windows: row.claimant, About: row.about},
			Limit{Class: row.use.classFor(recovery.RoleAgent), By: ByAccount, Windows: row.staff, About: row.about})
	}
	return limits
}

func perMinuteAndDay(minute, daily int64) []postgres.UsageWindow {
	return []postgres.UsageWindow{{Length: time.Minute, Uses: minute}, {Length: day, Uses: daily}}
}

func perHourAndDay(hourly, daily int64) []postgres.UsageWindow {
	return []postgres.UsageWindow{{Length: time.Hour, Uses: hourly}, {Length: day, Uses: daily}}
}

func filesPerHourAndDay(hourly, daily, bytes int64) []postgres.UsageWindow {
	return []postgres.UsageWindow{{Length: time.Hour, Uses: hourly}, {Length: day, Uses: daily, Bytes: bytes}}
}

// findLimit returns the limit of a class.
func findLimit(table []Limit, class LimitClass) Limit {
	at := slices.IndexFunc(table, func(l Limit) bool { return l.Class == class })
	if at < 0 {
		return Limit{Class: class}
	}
	return table[at]
}
