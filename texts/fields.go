package texts

import "strings"

// fieldRules are the values that texts may use, by key. A key that ends with a
// dot is for all texts below it; the longest key that fits decides. Any other
// text may use none.
type fieldRules map[string][]string

func (r fieldRules) of(key string) []string {
	if fields, found := r[key]; found {
		return fields
	}
	for at := strings.LastIndexByte(key, '.'); at >= 0; at = strings.LastIndexByte(key[:at], '.') {
		if fields, found := r[key[:at+1]]; found {
			return fields
		}
	}
	return nil
}

var fields = fieldRules{
	"mail.": {
		"Number", "Stage", "Outcome", "Claim", "Recovered", "Outstanding", "Overpaid", "Clock", "Due", "Days", "Passed",
		"Next", "Title", "Link", "Stop", "Said", "Amount",
	},
	"mail.moment": {"At", "Weekday"},
	"mail.money":  {"Sum"},
}
