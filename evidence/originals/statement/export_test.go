package statement

import "time"

// Cell is one comparison of a row with a claim, for tests of the rules.
type Cell struct {
	Number, Amount, Name, Kind, Wallet string // same, different or "" if not stated
	Timing                             string // near, day or far
	IsPaid, Reversed                   bool
}

var (
	agreementOf = map[string]agreement{"": notStated, "same": same, "different": different}
	timingOf    = map[string]timing{"near": near, "day": sameDay, "far": far}
)

// Decide returns what the rules say about a cell: matched, offered or "".
func Decide(c Cell) string {
	return nameOf(decide(comparison{
		number: agreementOf[c.Number], amount: agreementOf[c.Amount], name: agreementOf[c.Name], kind: agreementOf[c.Kind],
		wallet: agreementOf[c.Wallet], timing: timingOf[c.Timing], isPaid: c.IsPaid, reversed: c.Reversed,
	}))
}

func nameOf(v verdict) string { return [...]string{"", "offered", "matched"}[v] }

// RuleTexts are the rules in order: what they describe and what they decide.
func RuleTexts() (texts [][2]string) {
	for _, rule := range matchRules {
		texts = append(texts, [2]string{rule.what, nameOf(rule.verdict)})
	}
	return texts
}

// UsedRules returns how many cells each rule decides.
func UsedRules(cells []Cell) []int {
	used := make([]int, len(matchRules))
	for _, cell := range cells {
		c := comparison{
			number: agreementOf[cell.Number], amount: agreementOf[cell.Amount], name: agreementOf[cell.Name], kind: agreementOf[cell.Kind],
			wallet: agreementOf[cell.Wallet], timing: timingOf[cell.Timing], isPaid: cell.IsPaid, reversed: cell.Reversed,
		}
		for i, rule := range matchRules {
			if rule.describes(c) {
				used[i]++
				break
			}
		}
	}
	return used
}

// DayApart is a distance in time on the same day, beyond MatchWindow.
const DayApart = 5 * time.Hour
