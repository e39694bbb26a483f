package connections

import "time"

// patience is how long a connection may wait for its client. Waiting uses it up and
// data gives it back, so a slow client is served and one that sends a byte now and
// then is not.
type patience struct {
	full    time.Duration
	left    time.Duration
	perByte time.Duration
	since   time.Time // when the present wait began; zero for none
}

func newPatience(full, perByte time.Duration) patience {
	return patience{full: full, left: full, perByte: perByte}
}

// startWait returns the time at which the wait must end.
func (p *patience) startWait(now time.Time) time.Time {
	p.since = now
	return now.Add(p.left)
}

// endWait records a wait that moved n bytes.
func (p *patience) endWait(now time.Time, n int) {
	p.left = min(p.full, p.left-now.Sub(p.since)+time.Duration(n)*p.perByte)
	p.since = time.Time{}
}

// usedBy returns how much of the patience is used up at now; 0 if nothing is waited
// for.
func (p *patience) usedBy(now time.Time) time.Duration {
	if p.since.IsZero() {
		return 0
	}
	return p.full - p.left + now.Sub(p.since)
}
