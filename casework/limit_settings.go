package casework

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/postgres"
)

// windowLengths are the windows that a setting may name. A link and a case are windows
// for their whole life.
var windowLengths = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": day, "link": LinkLife, "case": CaseLife}

// quotaPattern is one part of a setting, such as 10/hour or 200MB/link.
var quotaPattern = regexp.MustCompile(`^([1-9][0-9]{0,8})(MB)?/([a-z]+)$`)

// ParseLimits returns the table of limits with an operator's changes, such as
// "link_answers=20/hour,100/day link_files=40/link,500MB/link assets=off". Classes
// that are not named keep their defaults; "all" names every class.
func ParseLimits(settings string) ([]Limit, error) {
	table := DefaultLimits()
	for _, setting := range strings.Fields(settings) {
		class, quotas, _ := strings.Cut(setting, "=")
		windows, err := parseWindows(quotas)
		if err != nil {
			return nil, fmt.Errorf("limit %q: %w", setting, err)
		}
		changed := false
		for i := range table {
			if class == "all" || class == string(table[i].Class) {
				table[i].Windows, changed = windows, true
			}
		}
		if !changed {
			return nil, fmt.Errorf("limit %q: there is no such limit; known are all, %s", setting, strings.Join(classNames(table), ", "))
		}
	}
	return table, nil
}

func classNames(table []Limit) []string {
	names := make([]string, len(table))
	for i, limit := range table {
		names[i] = string(limit.Class)
	}
	return names
}

func parseWindows(quotas string) ([]postgres.UsageWindow, error) {
	if quotas == "off" {
		return nil, nil
	}
	byLength := map[time.Duration]postgres.UsageWindow{}
	for quota := range strings.SplitSeq(quotas, ",") {
		found := quotaPattern.FindStringSubmatch(quota)
		if found == nil || windowLengths[found[3]] == 0 {
			return nil, fmt.Errorf("%q is not a number for a minute, hour, day, link or case, such as 10/hour or 200MB/link; off removes the limit", quota)
		}
		n, err := strconv.ParseInt(found[1], 10, 64)
		if err != nil {
			return nil, err
		}
		window := byLength[windowLengths[found[3]]]
		window.Length = windowLengths[found[3]]
		if found[2] == "MB" {
			window.Bytes = n * megabyte
		} else {
			window.Uses = n
		}
		byLength[window.Length] = window
	}
	lengths := slices.Sorted(maps.Keys(byLength))
	windows := make([]postgres.UsageWindow, len(lengths))
	for i, length := range lengths {
		windows[i] = byLength[length]
	}
	return windows, nil
}
