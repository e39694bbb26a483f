package playbook

import "math"

// ForecastResult is a closed case: the mean chance that was forecast, and whether
// money came back.
type ForecastResult struct {
	Chance   float64
	Happened bool
}

// CalibrationRow compares forecasts within a range of chances with what happened.
type CalibrationRow struct {
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	N        int     `json:"n"`
	Chance   float64 `json:"chance"`   // mean of the forecasts
	Observed float64 `json:"observed"` // share of cases in which money came back
}

// Calibrate groups forecasts into ranges of equal width, in ascending order. Empty
// ranges stay, with n of zero. Fewer than one range counts as one.
func Calibrate(cases []ForecastResult, ranges int) []CalibrationRow {
	ranges = max(1, ranges)
	table := make([]CalibrationRow, ranges)
	for i := range table {
		table[i].Low, table[i].High = float64(i)/float64(ranges), float64(i+1)/float64(ranges)
	}
	for _, c := range cases {
		chance := clampProbability(c.Chance)
		row := &table[min(ranges-1, int(chance*float64(ranges)))]
		row.N++
		row.Chance += chance
		if c.Happened {
			row.Observed++
		}
	}
	for i := range table {
		if n := float64(table[i].N); n > 0 {
			table[i].Chance /= n
			table[i].Observed /= n
		}
	}
	return table
}

// BrierScore is the mean squared error of forecasts: 0 is perfect, 0.25 equals
// guessing. It is false without cases.
func BrierScore(cases []ForecastResult) (score float64, known bool) {
	for _, c := range cases {
		miss := clampProbability(c.Chance)
		if c.Happened {
			miss = 1 - miss
		}
		score += miss * miss
	}
	if len(cases) == 0 {
		return 0, false
	}
	return score / float64(len(cases)), true
}

func clampProbability(chance float64) float64 {
	if math.IsNaN(chance) {
		return 0
	}
	return min(1, max(0, chance))
}
