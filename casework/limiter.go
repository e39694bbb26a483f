package casework

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"recourse/connections"
	"recourse/postgres"
	"recourse/recovery"
)

// limiter counts uses in the database, so that the limits hold for all processes
// together.
type limiter struct {
	table   []Limit
	byRoute map[string][]Limit
	key     []byte // of the digests of addresses, which are personal data
	store   *postgres.Store
	now     func() time.Time
	leases  leaseTable
}

// newLimiter makes a limiter. Processes count an address together only if they
// have the same key; without one each makes its own.
func newLimiter(parts Dependencies, config Config) *limiter {
	l := &limiter{table: config.Limits, byRoute: map[string][]Limit{}, key: config.MarkKey, store: parts.Store, now: parts.Now}
	if l.table == nil {
		l.table = DefaultLimits()
	}
	if len(l.key) == 0 {
		l.key = make([]byte, sha256.Size)
		if _, err := io.ReadFull(parts.Random, l.key); err != nil {
			panic(fmt.Errorf("no randomness for the key of addresses: %w", err))
		}
	}
	for _, limit := range l.table {
		for _, route := range limit.Routes {
			l.byRoute[route] = append(l.byRoute[route], limit)
		}
	}
	return l
}

// IsPublic reports whether the table of limits has a row for a route, given as
// method and path. All other routes need an account.
func (s *Service) IsPublic(route string) bool { return len(s.limits.rowsOf(route)) > 0 }

// rowsOf returns the rows of a route. HEAD has those of GET.
func (l *limiter) rowsOf(route string) []Limit {
	if path, isHead := strings.CutPrefix(route, "HEAD "); isHead {
		route = "GET " + path
	}
	return l.byRoute[route]
}

// BodyLimit is the size in bytes of a body on a public route; 0 means that it has
// none.
func (s *Service) BodyLimit(route string) int64 {
	var size int64
	for _, limit := range s.limits.rowsOf(route) {
		size = max(size, limit.Size)
	}
	return size
}

// AllowAddress counts a request from an address to a public route. Errors:
// CodeRateLimited.
func (s *Service) AllowAddress(ctx context.Context, route, address string) error {
	for _, limit := range s.limits.rowsOf(route) {
		if limit.By != ByAddress {
			continue
		}
		if err := s.limits.countByMinute(ctx, limit, s.limits.hashAddress(address)); err != nil {
			return err
		}
	}
	return nil
}

// AllowUnknownToken counts a token from an address that belongs to nobody, and
// returns the error that the caller gets. Errors: CodeRateLimited after too many.
func (s *Service) AllowUnknownToken(ctx context.Context, address string, unknown error) error {
	limit := findLimit(s.limits.table, LimitUnknownTokens)
	if err := s.limits.countByMinute(ctx, limit, s.limits.hashAddress(address)); err != nil {
		return err
	}
	return unknown
}

// AllowLink counts a request with a link. Errors: CodeRateLimited.
func (s *Service) AllowLink(ctx context.Context, link recovery.Link) error {
	return s.limits.countByMinute(ctx, findLimit(s.limits.table, LimitLinkRequests), counterpartUsageKey(link))
}

// AllowAccount counts a request of an account, which may change something or not.
// Errors: CodeRateLimited.
func (s *Service) AllowAccount(ctx context.Context, actor recovery.Actor, changes bool) error {
	err := s.limits.countByMinute(ctx, s.limits.limitOf(actor, useRequests), accountUsageKey(actor))
	if err == nil && changes {
		err = s.limits.countByMinute(ctx, s.limits.limitOf(actor, useChanges), accountUsageKey(actor))
	}
	return err
}

func (l *limiter) limitOf(actor recovery.Actor, use accountUse) Limit {
	return findLimit(l.table, use.classFor(actor.Role))
}

func accountUsageKey(actor recovery.Actor) string { return "account:" + string(actor.ID) }

// counterpartUsageKey counts by counterpart: a new link in place of the old one begins
// nothing anew.
func counterpartUsageKey(link recovery.Link) string {
	return "counterpart:" + string(link.CaseID) + ":" + string(link.CounterpartID)
}

// count counts a use of a limit or refuses it.
func (l *limiter) count(ctx context.Context, limit Limit, use postgres.Usage) error {
	if len(limit.Windows) == 0 {
		return nil
	}
	use.Class, use.Windows = string(limit.Class), limit.Windows
	result, err := l.store.CountUse(ctx, use)
	if err != nil {
		return err
	}
	reportLimit(ctx, limit, result, 0)
	if result.Counted {
		return nil
	}
	from, err := l.store.UsableFrom(ctx, use)
	if err != nil {
		return err
	}
	return refuseUse(limit, from, l.now())
}

// reservation is a counted use that is given back if it comes to nothing.
type reservation struct {
	limits *limiter
	limit  Limit
	use    postgres.Usage
}

// reserve prepares the use of a limit for what a request stores. The same ref
// counts once.
func (l *limiter) reserve(limit Limit, key, ref string, size int64) *reservation {
	return &reservation{limits: l, limit: limit, use: postgres.Usage{
		Key: key, Class: string(limit.Class), Ref: ref, At: l.now().UTC(), Bytes: size,
	}}
}

// reserveFor returns the reserve of a request with a link.
func (s *Service) reserveFor(class LimitClass, link recovery.Link) func(string, int64) *reservation {
	return func(ref string, size int64) *reservation {
		return s.limits.reserve(findLimit(s.limits.table, class), counterpartUsageKey(link), ref, size)
	}
}

// reserveForAccount is reserve for what an account stores. Automatic changes have no
// limit, and counterparts have their own.
func (s *Service) reserveForAccount(actor recovery.Actor, use accountUse, ref string, size int64) *reservation {
	limit := s.limits.limitOf(actor, use)
	if len(limit.Windows) == 0 {
		return nil
	}
	return s.limits.reserve(limit, accountUsageKey(actor), ref, size)
}

// writeReserved counts a use and writes what it is for. If nothing is written, the use
// is given back. Errors: CodeRateLimited, and those of write.
func writeReserved[T any](ctx context.Context, use *reservation, write func() (T, error)) (T, error) {
	if err := use.countUse(ctx); err != nil {
		var none T
		return none, err
	}
	written, err := write()
	if err != nil {
		err = errors.Join(err, use.releaseAfter(ctx, err))
	}
	return written, err
}

// countUse counts the use. A nil reservation is free. Errors: CodeRateLimited.
func (r *reservation) countUse(ctx context.Context) error {
	if r == nil {
		return nil
	}
	return r.limits.count(ctx, r.limit, r.use)
}

// releaseAfter gives the use back after an error, also when the request was
// cancelled. An internal error keeps it, because something may be stored.
func (r *reservation) releaseAfter(ctx context.Context, cause error) error {
	if r == nil || recovery.CodeOf(cause) == recovery.CodeInternal && !errors.Is(cause, postgres.ErrRepeated) {
		return nil
	}
	return r.limits.store.ReleaseUse(context.WithoutCancel(ctx), r.use)
}

// checkRoom refuses a use that would be refused now, without counting it.
func (r *reservation) checkRoom(ctx context.Context) error {
	if r == nil {
		return nil
	}
	now := r.limits.now()
	use := r.use
	use.Windows = r.limit.Windows
	from, err := r.limits.store.UsableFrom(ctx, use)
	if err != nil || !from.After(now) {
		return err
	}
	return refuseUse(r.limit, from, now)
}

// refuseUse returns the refusal with the time of the next possible use. The time is rounded up to the
// minute that people are shown.
func refuseUse(limit Limit, from, now time.Time) error {
	if up := from.Truncate(time.Minute); up.Before(from) {
		from = up.Add(time.Minute)
	}
	if !from.After(now) {
		from = now.Add(time.Second)
	}
	refused := recovery.Faultf(recovery.CodeRateLimited, "%s Try again from %s (time in China).", limit.describe(), describeRetry(from, now))
	refused.RetryAt = &from
	return refused
}

// describe names in words the limit that is reached.
func (l Limit) describe() string {
	switch {
	case l.Class == LimitLinkAnswers:
		return "You have given as many answers as you may for now."
	case l.Class == LimitLinkFiles:
		return "You have sent as many files as you may. Ask the sender how to send more."
	case l.By == ByCounterpart:
		return "Too many requests use your links."
	case l.Class == LimitAddressMails, l.Class == LimitClaimantMails:
		return "Too many mails are sent."
	case l.By == ByAccount:
		return accountRefusals[l.Class]
	default:
		return "Too many requests come from this address."
	}
}

// accountRefusals are the sentences of the limits of accounts.
var accountRefusals = describeAccountLimits(map[accountUse]string{
	useRequests: "This account sends too many requests.",
	useChanges:  "This account changes too much at a time.",
	useCases:    "This account has filed as many cases as it may for now.",
	useLinks:    "This account has issued as many links as it may for now.",
	useFiles:    "This account has sent as many files as it may for now.",
	useExports:  "This account has ordered as many exports as it may for now.",
})

func describeAccountLimits(sentences map[accountUse]string) map[LimitClass]string {
	byClass := map[LimitClass]string{}
	for use, sentence := range sentences {
		byClass[use.classFor(recovery.RoleClaimant)], byClass[use.classFor(recovery.RoleAgent)] = sentence, sentence
	}
	return byClass
}

// describeRetry is a time of today, or with its day.
func describeRetry(from, now time.Time) string {
	from, now = from.In(recovery.Shanghai), now.In(recovery.Shanghai)
	if from.YearDay() == now.YearDay() && from.Year() == now.Year() {
		return from.Format("15:04")
	}
	return from.Format("2006-01-02 15:04")
}

// hashAddress returns the key of an address. The digest cannot be reversed without
// the installation's key.
func (l *limiter) hashAddress(peer string) string {
	return "address:" + l.digest("address", connections.NetworkOf(peer))
}

// digest hashes personal data with the installation's key. Each kind has its own digests.
func (l *limiter) digest(kind, value string) string {
	hash := hmac.New(sha256.New, l.key)
	hash.Write([]byte(kind + "\x00" + value))
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// Limits returns the limits in force, in the order of the table.
func (s *Service) Limits() []Limit { return slices.Clone(s.limits.table) }
