package casework

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"recourse/postgres"
)

// LimitReport has the limits that a request was counted by, for the header of its answer.
type LimitReport struct {
	mutex  sync.Mutex
	states []limitState
}

// limitState is one window of a limit. left is -1 without a quota of that unit.
type limitState struct {
	name        string
	quota, left int64
	window      time.Duration
	inBytes     bool
}

type limitReportKey struct{}

// WithLimitReport returns a context for a request. What the request is counted by
// is then in the report.
func WithLimitReport(ctx context.Context) (context.Context, *LimitReport) {
	report := &LimitReport{}
	return context.WithValue(ctx, limitReportKey{}, report), report
}

// reportLimit adds a limit to the report of a request. ahead is how many uses of the
// result are still to come.
func reportLimit(ctx context.Context, limit Limit, result postgres.UsageResult, ahead int64) {
	report, found := ctx.Value(limitReportKey{}).(*LimitReport)
	if !found {
		return
	}
	report.mutex.Lock()
	defer report.mutex.Unlock()
	for i, window := range limit.Windows {
		name := string(limit.Class) + "_" + windowName(window.Length)
		if window.Uses > 0 {
			report.add(limitState{name, window.Uses, max(0, window.Uses-result.Uses[i]+ahead), window.Length, false})
		}
		if window.Bytes > 0 {
			report.add(limitState{name + "_bytes", window.Bytes, max(0, window.Bytes-result.Bytes[i]), window.Length, true})
		}
	}
}

// add replaces what was reported before: a use may be counted after a check for room.
func (r *LimitReport) add(state limitState) {
	for i := range r.states {
		if r.states[i].name == state.name {
			r.states[i] = state
			return
		}
	}
	r.states = append(r.states, state)
}

// The fields of the draft "RateLimit header fields for HTTP", as structured fields
// (RFC 9651).
const (
	RateLimitHeader       = "RateLimit"
	RateLimitPolicyHeader = "RateLimit-Policy"
)

// SetHeader sets both fields, if the request was counted by a limit.
func (r *LimitReport) SetHeader(header http.Header) {
	if policy, state := r.format(); policy != "" {
		header.Set(RateLimitPolicyHeader, policy)
		header.Set(RateLimitHeader, state)
	}
}

// format returns the values of RateLimit-Policy and RateLimit.
// The windows slide, so the time of a reset is only given with a refusal, by
// Retry-After.
func (r *LimitReport) format() (policy, state string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	policies, states := make([]string, len(r.states)), make([]string, len(r.states))
	for i, s := range r.states {
		unit := ""
		if s.inBytes {
			unit = `;qu="content-bytes"`
		}
		policies[i] = fmt.Sprintf(`"%s";q=%d%s;w=%d`, s.name, s.quota, unit, int(s.window.Seconds()))
		states[i] = fmt.Sprintf(`"%s";r=%d`, s.name, s.left)
	}
	return strings.Join(policies, ", "), strings.Join(states, ", ")
}

// windowName is the name of a window in settings and headers.
func windowName(length time.Duration) string {
	for name, known := range windowLengths {
		if known == length {
			return name
		}
	}
	return length.String()
}
