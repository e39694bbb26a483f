package texts

import (
	"maps"
	"strings"
)

// fieldRules are the values that texts may use, by key. A key that ends with a dot
// is for all texts below it; the longest matching key applies. Other texts may use
// no values.
type fieldRules map[string][]string

func (r fieldRules) fieldsFor(key string) []string {
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

// fields are the declarations of all texts.
var fields = mergeRules(pageFields, paperFields, fieldRules{"entry.": entryFields})

func mergeRules(rules ...fieldRules) fieldRules {
	all := fieldRules{}
	for _, some := range rules {
		maps.Copy(all, some)
	}
	return all
}

// pageFields are those of mails and pages.
var pageFields = fieldRules{
	"mail.": {
		"Number", "Stage", "Outcome", "Claim", "Recovered", "Received", "Outstanding", "Overpaid", "Clock", "Due", "Days", "Passed",
		"Next", "Title", "Link", "Stop", "Answer", "Amount", "RightDay", "LastDay", "Count", "Latest",
	},
	"mail.moment": {"At", "Weekday"},
	"mail.day":    {"At"},
	"mail.money":  {"Sum"},

	"bill.compare":                    {"sum"},
	"bill.faults":                     {"count"},
	"bill.read":                       {"count"},
	"bill.row":                        {"no"},
	"words.domain":                    {"domain"},
	"words.signed":                    {"domain"},
	"words.shown":                     {"first", "last", "count"},
	"bill.to":                         {"name"},
	"case.broken":                     {"count"},
	"case.claimed":                    {"sum"},
	"case.contact_counts":             {"today", "total", "per_day", "limit"},
	"case.contact_group":              {"today", "total", "per_day", "limit"},
	"case.contact_hours":              {"from", "until"},
	"case.contact_left":               {"today", "total"},
	"case.contact_log":                {"count"},
	"case.contact_planned":            {"count"},
	"case.contact_quiet":              {"from", "until"},
	"case.costs":                      {"sum"},
	"case.files":                      {"count"},
	"case.older":                      {"count"},
	"case.all_files":                  {"count"},
	"case.known_answer":               {"answer"},
	"case.link_days_n":                {"count"},
	"case.link_expired":               {"day"},
	"case.link_opened":                {"time"},
	"case.link_revoked":               {"time"},
	"case.link_until":                 {"day"},
	"case.number":                     {"number"},
	"case.other_clocks":               {"count"},
	"case.owes":                       {"sum"},
	"case.plan_articles":              {"list"},
	"case.plan_by":                    {"name", "role"},
	"case.plan_from":                  {"time"},
	"case.plan_part":                  {"sum"},
	"case.plan_refused_contact_limit": {"per_day", "limit", "group_day", "group_limit"},
	"case.plan_refused_quiet_hours":   {"from", "until"},
	"case.plan_rest":                  {"sum"},
	"case.plan_row":                   {"no"},
	"case.proposal_what":              {"name", "decision", "sum"},
	"case.refund_yes":                 {"sum"},
	"case.returned":                   {"sum"},
	"case.says":                       {"sum"},
	"case.stands_still":               {"why"},
	"case.terms_begin":                {"day"},
	"case.terms_last":                 {"day"},
	"case.title":                      {"number"},
	"case.surplus":                    {"sum"},
	"confirm.cost":                    {"sum"},
	"confirm.over":                    {"sum", "over"},
	"correct.back":                    {"number"},
	"correct.entry":                   {"no"},
	"correct.link_label":              {"no"},
	"correct.waits_by":                {"who", "no", "title"},
	"correct.go_entry":                {"no", "title"},
	"correct.go_action":               {"action"},
	"correct.refused.later_entry":     {"no", "title", "action"},
	"correct.refused.follows":         {"no", "title", "action"},
	"correct.refused.automatic":       {"no", "title", "action"},
	"correct.refused.other_action":    {"no", "title", "action"},
	"correct.refused.is_correction":   {"no", "title", "action"},
	"correct.refused.permanent":       {"no", "title", "action"},
	"correct.refused.paid_out":        {"no", "title", "action"},
	"correct.refused.only_take_back":  {"no", "title", "action"},
	"correct.refused.outdated":        {"no", "title", "action"},
	"correct.refused.taken_back":      {"no", "title", "action"},
	"ended.right_lasts":               {"day"},
	"evidence.said":                   {"value"},
	"ended.right_over":                {"day"},
	"error.limited.text":              {"from"},
	"error.limited_link.text":         {"from"},
	"export.lacks":                    {"count"},
	"export.route":                    {"route"},
	"export.title":                    {"number"},
	"preview.title":                   {"number"},
	"filing.group.counterpart":        {"no"},
	"filing.send_no":                  {"no"},
	"inbox.account":                   {"id"},
	"inbox.nav_unread":                {"count"},
	"inbox.unread":                    {"count"},
	"next.plan_answer.text":           {"name", "count", "sum"},
	"next.says_returned.text":         {"name", "sum"},
	"papers.entries":                  {"count"},
	"papers.missing":                  {"count"},
	"papers.pages":                    {"count"},
	"part.group.holder":               {"name"},
	"part.lacking":                    {"count"},
	"return.evidence.help":            {"size"},
	"return.expires":                  {"time"},
	"site.pace":                       {"pace"},
	"span.days":                       {"count"},
	"span.hours":                      {"count"},
	"span.left":                       {"span"},
	"span.minutes":                    {"count"},
	"span.over":                       {"span"},
	"span.seconds":                    {"count"},
	"start.source":                    {"name"},
	"timeline.claimed":                {"time"},
	"timeline.corrected":              {"no"},
	"timeline.taken_back":             {"no"},
	"timeline.void":                   {"no"},
	"timeline.entered":                {"stage"},
	"timeline.seq":                    {"no"},
	"upload.help":                     {"size"},
}
