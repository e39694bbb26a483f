package api

import (
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"recourse/recovery"
)

// knownAccounts is how many accounts the limiter remembers before it forgets
// all and begins anew.
const knownAccounts = 10_000

// limiter bounds how fast one account may write. It does nothing when perSecond
// is 0.
type limiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time
	mutex     sync.Mutex
	accounts  map[recovery.UserID]*rate.Limiter
}

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: burst, now: now, accounts: map[recovery.UserID]*rate.Limiter{}}
}

func (l *limiter) allow(id recovery.UserID) bool {
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
		if c.Request().Method == http.MethodPost && !a.limits.allow(actor(c).ID) {
			return recovery.Faultf(codeRateLimited, "This account sends too many requests. Wait a second between them.")
		}
		return next(c)
	}
}
