package calendar

import (
	"maps"
	"slices"
)

// Years lists the years with a notice, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.notices)) }
