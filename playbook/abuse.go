package playbook

import "time"

// AbuseLimits are from how many cases, and within what time, a supervisor should
// look. They are guesses of this house, and nothing is decided by them.
type AbuseLimits struct {
	Cases    int           // of one claimant within Window
	Window   time.Duration // also for two who claim from each other
	Circle   int           // different claimants with one counterpart
	Delivery time.Duration // between goods handed over and the claim
}

const (
	limitAbuseCases    = "abuse_cases"
	limitAbuseDays     = "abuse_days"
	limitAbuseCircle   = "abuse_circle"
	limitAbuseDelivery = "abuse_delivery_hours"
)

// AbuseLimits are those in force at an instant.
func (rs *RuleSet) AbuseLimits(at time.Time) AbuseLimits {
	return AbuseLimits{
		Cases: rs.caseLimit(limitAbuseCases, at), Circle: rs.caseLimit(limitAbuseCircle, at),
		Window:   time.Duration(rs.caseLimit(limitAbuseDays, at)) * 24 * time.Hour,
		Delivery: time.Duration(rs.caseLimit(limitAbuseDelivery, at)) * time.Hour,
	}
}
