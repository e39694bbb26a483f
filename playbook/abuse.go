package playbook

import "time"

// AbuseLimits are the thresholds above which a supervisor should look at cases.
// They are estimates of this product; nothing is decided by them.
type AbuseLimits struct {
	Cases    int           // of one claimant within Window
	Window   time.Duration // also for two people who claim from each other
	Circle   int           // different claimants with one counterpart
	Delivery time.Duration // between goods handed over and the claim
}

const (
	limitAbuseCases    = "abuse_cases"
	limitAbuseDays     = "abuse_days"
	limitAbuseCircle   = "abuse_circle"
	limitAbuseDelivery = "abuse_delivery_hours"
)

// AbuseLimits returns the limits in force at an instant.
func (rs *RuleSet) AbuseLimits(at time.Time) AbuseLimits {
	return AbuseLimits{
		Cases: rs.caseLimit(limitAbuseCases, at), Circle: rs.caseLimit(limitAbuseCircle, at),
		Window:   time.Duration(rs.caseLimit(limitAbuseDays, at)) * 24 * time.Hour,
		Delivery: time.Duration(rs.caseLimit(limitAbuseDelivery, at)) * time.Hour,
	}
}
