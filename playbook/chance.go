package playbook

import "sync"

// interval is what is told of a distribution.
type interval struct{ low, mean, high float64 }

// maxChances is how many intervals are kept; a day's questions need a few dozen.
const maxChances = 1024

// chances keeps the intervals that were worked out: few distributions are asked
// for again and again, and each takes forty evaluations of a continued
// fraction. It forgets all when it is full. The zero value is ready.
type chances struct {
	mutex sync.RWMutex
	kept  map[beta]interval
}

func (c *chances) of(d beta) interval {
	c.mutex.RLock()
	found, known := c.kept[d]
	c.mutex.RUnlock()
	if known {
		return found
	}
	found = interval{round(d.quantile(0.025)), round(d.mean()), round(d.quantile(0.975))}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept == nil || len(c.kept) >= maxChances {
		c.kept = map[beta]interval{}
	}
	c.kept[d] = found
	return found
}
