package api

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"recourse/recovery"
)

// knownAccounts is how many accounts the limiter remembers before it forgets
// all and begins anew.
const knownAccounts = 10_000

// limiter bounds how fast one account or address may send. It does nothing when
// perSecond is 0.
type limiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time
	mutex     sync.Mutex
	accounts  map[string]*rate.Limiter
}

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: burst, now: now, accounts: map[string]*rate.Limiter{}}
}

func (l *limiter) allow(id string) bool {
	if l.perSecond == 0 {
		return true
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	bucket, known := l.accounts[id]
	if !known {
		if len(l.accounts) >= knownAccounts {
			clear(l.accounts)
		}
		bucket = rate.NewLimiter(l.perSecond, l.burst)
		l.accounts[id] = bucket
	}
	return bucket.AllowN(l.now(), 1)
}

// limit refuses the writes of an account that sends too many.
func (a *API) limit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != http.MethodGet && !a.limits.allow(string(actor(c).ID)) {
			return recovery.Faultf(recovery.CodeRateLimited, "This account sends too many requests. Wait a second between them.")
		}
		return next(c)
	}
}

// limitLink refuses what comes too fast by one link, from wherever it comes.
func (a *API) limitLink(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !a.links.allow(entered(c).ID) {
			return recovery.Faultf(recovery.CodeRateLimited, "Too many requests come by this link. Wait a second between them.")
		}
		return next(c)
	}
}

// limitAddress refuses what comes too fast from one address, where no account is
// needed. It looks at the peer and believes no header: behind a proxy, the proxy
// limits.
func (a *API) limitAddress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !a.asks.allow(neighbourhood(c.Request().RemoteAddr)) {
			return recovery.Faultf(recovery.CodeRateLimited, "Too many requests come from this address. Wait a second between them.")
		}
		return next(c)
	}
}

// neighbourhood is what counts as one address: of IPv6 a household has 2^64.
func neighbourhood(peer string) string {
	host, _, err := net.SplitHostPort(peer)
	if err != nil {
		return peer
	}
	address, err := netip.ParseAddr(host)
	if err != nil || address.Unmap().Is4() {
		return host
	}
	household, err := address.WithZone("").Prefix(64)
	if err != nil {
		return host
	}
	return household.String()
}
