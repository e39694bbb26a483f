package loop

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Stats counts what one loop has done since the start of the process.
type Stats struct {
	Name        string
	Runs        int64 // steps, also failed ones
	Failures    int64 // steps and items that failed, panics included
	Panics      int64
	SetAside    int64     // items that were set aside
	Failing     int64     // subjects that fail now; the loop itself is one
	LastSuccess time.Time // of a step; zero: none yet
}

// Monitor watches the loops of one process. It writes one line when a loop begins to fail
// and one when it works again. It is safe for concurrent use. A nil Monitor recovers panics
// and neither counts nor logs.
type Monitor struct {
	log   *slog.Logger
	now   func() time.Time
	mutex sync.Mutex
	loops map[string]*record
	items map[string]int64
}

// record is what a Monitor knows about one loop.
type record struct {
	Stats
	outages  map[string]*outage // by subject
	stacks   map[string]bool    // those that have a line in the log
	unlogged int64              // items set aside since the last line about them
	loggedAt time.Time
}

// outage is a time in which a subject fails.
type outage struct {
	since    time.Time
	failures int64
}

const (
	// maxOutages limits the subjects of one loop that are remembered as failing. Those
	// beyond it are counted without a line.
	maxOutages = 1000
	maxStacks  = 20
	// setAsideInterval is the least time between two lines about items set aside.
	setAsideInterval = 10 * time.Minute
)

// NewMonitor returns a Monitor. Without a log it only counts.
func NewMonitor(log *slog.Logger, now func() time.Time) *Monitor {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Monitor{log: log, now: now, loops: map[string]*record{}, items: map[string]int64{}}
}

// loop returns the record of a loop. The caller has locked the mutex.
func (m *Monitor) loop(name string) *record {
	r := m.loops[name]
	if r == nil {
		r = &record{Stats: Stats{Name: name}, outages: map[string]*outage{}, stacks: map[string]bool{}}
		m.loops[name] = r
	}
	return r
}

// Do runs one step of a loop with Protect, counts it and reports its result. A step that
// was cancelled did not fail.
func (m *Monitor) Do(ctx context.Context, name string, step func(context.Context) error) error {
	err := m.Protect(ctx, name, step)
	if m == nil || ctx.Err() != nil {
		return err
	}
	m.Report(ctx, name, "", err)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	r := m.loop(name)
	r.Runs++
	if err == nil {
		r.LastSuccess = m.now()
	}
	m.logSetAside(ctx, r, "", nil)
	return err
}

// Report counts the result of a step, or of an item for a subject that fails on its own,
// as one webhook does. A subject gets a line when it begins to fail and when it works
// again, however often it fails in between. subject names no person.
func (m *Monitor) Report(ctx context.Context, name, subject string, err error) {
	if m == nil {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	r := m.loop(name)
	failing := r.outages[subject]
	switch {
	case err == nil && failing == nil:
	case err == nil:
		delete(r.outages, subject)
		m.log.InfoContext(ctx, "background work succeeds again", "loop", name, "subject", subject,
			"failures", failing.failures, "since", failing.since)
	case failing != nil:
		r.Failures++
		failing.failures++
	default:
		r.Failures++
		if len(r.outages) < maxOutages {
			r.outages[subject] = &outage{since: m.now(), failures: 1}
			m.log.WarnContext(ctx, "background work fails and is repeated", "loop", name, "subject", subject, "error", err)
		}
	}
}

// CountFailure counts a failed item without a line, for items that often fail for reasons
// of their own.
func (m *Monitor) CountFailure(name string) {
	if m == nil {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.loop(name).Failures++
}

// FailItem reports an item that failed. record stores the failure and returns whether the
// item is set aside from now on. It returns the error of record.
func (m *Monitor) FailItem(
	ctx context.Context, name, item string, cause error, record func(context.Context) (setAside bool, err error),
) error {
	setAside, err := record(ctx)
	switch {
	case err != nil:
		return err
	case setAside:
		m.SetAside(ctx, name, item, cause)
	default:
		m.Report(ctx, name, item, cause)
	}
	return nil
}

// SetAside counts an item that is not tried again until an operator asks for it. The first
// one gets a line, later ones a line together.
func (m *Monitor) SetAside(ctx context.Context, name, item string, err error) {
	if m == nil {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	r := m.loop(name)
	delete(r.outages, item)
	r.SetAside++
	r.unlogged++
	m.logSetAside(ctx, r, item, err)
}

// logSetAside writes a line about items set aside, if there are any and it is time.
func (m *Monitor) logSetAside(ctx context.Context, r *record, item string, err error) {
	now := m.now()
	if r.unlogged == 0 || !r.loggedAt.IsZero() && now.Sub(r.loggedAt) < setAsideInterval {
		return
	}
	m.log.WarnContext(ctx, "items were set aside: see recourse retry", "loop", r.Name, "items", r.unlogged, "last", item, "error", err)
	r.unlogged, r.loggedAt = 0, now
}

// SetItems stores how many items of each kind are set aside now, in all processes.
func (m *Monitor) SetItems(counts map[string]int64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.items = maps.Clone(counts)
}

// Items returns what SetItems stored.
func (m *Monitor) Items() map[string]int64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return maps.Clone(m.items)
}

// Snapshot returns the counts of all loops, by name.
func (m *Monitor) Snapshot() []Stats {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	all := make([]Stats, 0, len(m.loops))
	for _, r := range m.loops {
		stats := r.Stats
		stats.Failing = int64(len(r.outages))
		all = append(all, stats)
	}
	slices.SortFunc(all, func(a, b Stats) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
