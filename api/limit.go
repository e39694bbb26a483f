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

// maxTrackedKeys is the number of keys a limiter tracks. When it is reached,
// all are dropped, which keeps the memory bounded.
const maxTrackedKeys = 10_000

// rateLimiter limits the requests per account, address or link. It does nothing
// when perSecond is 0.
type rateLimiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time
	mutex     sync.Mutex
	buckets   map[string]*rate.Limiter
}

func newRateLimiter(perSecond float64, burst int, now func() time.Time) *rateLimiter {
	return &rateLimiter{perSecond: rate.Limit(perSecond), burst: burst, now: now, buckets: map[string]*rate.Limiter{}}
}

func (l *rateLimiter) allow(id string) bool {
	if l.perSecond == 0 {
		return true
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	bucket, known := l.buckets[id]
	if !known {
		if len(l.buckets) >= maxTrackedKeys {
			clear(l.buckets)
		}
		bucket = rate.NewLimiter(l.perSecond, l.burst)
		l.buckets[id] = bucket
	}
	return bucket.AllowN(l.now(), 1)
}

// limitAccount refuses writes of an account that sends too many.
func (a *API) limitAccount(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != http.MethodGet && !isHead(c) && !a.accountLimits.allow(string(actorFrom(c).ID)) {
			return recovery.Faultf(recovery.CodeRateLimited, "This account sends too many requests. Wait a second before the next one.")
		}
		return next(c)
	}
}

// limitLink refuses requests with a link that is used too often, from any
// address.
func (a *API) limitLink(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !a.linkLimits.allow(linkFrom(c).ID) {
			return recovery.Faultf(recovery.CodeRateLimited, "Too many requests use this link. Wait a second before the next one.")
		}
		return next(c)
	}
}

// limitAddress refuses requests without an account when one address sends too
// many. It uses the address of the connection and ignores headers: behind a
// proxy, the proxy must limit.
func (a *API) limitAddress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !a.addressLimits.allow(addressKey(c.Request().RemoteAddr)) {
			return recovery.Faultf(recovery.CodeRateLimited, "Too many requests come from this address. Wait a second before the next one.")
		}
		return next(c)
	}
}

// addressKey returns what counts as one address. IPv6 addresses are grouped by
// their /64 network, because one household usually has a whole network.
func addressKey(peer string) string {
	host, _, err := net.SplitHostPort(peer)
	if err != nil {
		return peer
	}
	address, err := netip.ParseAddr(host)
	if err != nil || address.Unmap().Is4() {
		return host
	}
	network, err := address.WithZone("").Prefix(64)
	if err != nil {
		return host
	}
	return network.String()
}
