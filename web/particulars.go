package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// particularsBody is the model of the page for the particulars that court
// papers need.
type particularsBody struct {
	casework.View
	Home    string
	Missing []missingField
	Form    *form    // nil for visitors who may only read
	Details []detail // current values, for those visitors
}

// missingField is a field that the listed papers require.
type missingField struct {
	Name   string
	Href   string // of its field
	Papers []recovery.Paper
}

func (w *Web) registerParticulars(e *echo.Echo) {
	w.handleGet(e, "/cases/:number/particulars", requireSignIn(func(c *pageContext) error { return c.showParticulars(http.StatusOK, nil) }))
	w.handlePost(e, "/cases/:number/particulars", requireSignIn(w.supplyParticulars))
}

// supplyParticulars saves the submitted values and redirects to the page, which
// shows what is still missing.
func (w *Web) supplyParticulars(c *pageContext) error {
	values := c.Request().PostForm
	view, err := w.service.CaseByNumber(c.Request().Context(), c.visitor.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	_, err = w.service.SupplyParticulars(c.Request().Context(), c.newRequest(values), view.ID, decodeParticulars(view.Case, values))
	var fault *recovery.Fault
	if errors.As(err, &fault) && fault.Code == recovery.CodeInvalid {
		return c.showParticulars(http.StatusUnprocessableEntity, &formAttempt{values: values, faults: fault.Fields})
	}
	if err != nil {
		return err
	}
	c.setFlash("flash.done")
	return c.redirectTo("/cases/" + c.Param("number") + "/particulars")
}

// particularPath returns the journal path of a form field.
func particularPath(c recovery.Case, name string) string {
	for i, counterpart := range c.Counterparts {
		if rest, ok := strings.CutPrefix(name, counterpartParticular(i, "")); ok {
			name = "holders." + string(counterpart.ID) + "." + rest
		}
	}
	return "particulars." + name
}

func counterpartParticular(i int, name string) string { return fmt.Sprintf("holders[%d].%s", i, name) }

// decodeParticulars parses the form. Counterparts are in the order of the case,
// so that faults match the fields.
func decodeParticulars(c recovery.Case, values url.Values) recovery.Particulars {
	var change recovery.Particulars
	for _, counterpart := range c.Counterparts {
		change.Counterparts = append(change.Counterparts, recovery.CounterpartParticulars{CounterpartID: counterpart.ID})
	}
	d := &formDecoder{values: values}
	typed := map[string]string{}
	for name := range values {
		text := d.readText(name)
		if strings.HasSuffix(name, "_no") || strings.HasSuffix(name, "phone") || strings.HasSuffix(name, "account") {
			text = toHalfWidth(text)
		}
		typed[particularPath(c, name)] = text
	}
	change.MergeValues(typed)
	if values.Get("asked") == "papers" {
		change.Papers = []recovery.Paper{}
		for _, paper := range values["papers"] {
			change.Papers = append(change.Papers, recovery.Paper(paper))
		}
	}
	return change
}

func (c *pageContext) showParticulars(number int, failed *formAttempt) error {
	ctx := c.Request().Context()
	view, err := c.web.service.CaseByNumber(ctx, c.visitor.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	current, err := c.web.service.Particulars(ctx, c.visitor.Actor, view.ID)
	if err != nil {
		return err
	}
	b := fieldBuilder{texts: c.texts, prefix: "p", labels: "part", values: particularsValues(view.Case, current.Particulars)}
	if failed != nil {
		b.values, b.faults = failed.values, failed.faults
	}
	body := particularsBody{View: view, Home: c.casePath(string(view.Number)), Missing: c.missingFields(view.Case, current.Lacking)}
	groups := particularGroups(b, view.Case)
	if slices.Contains([]recovery.Role{recovery.RoleClaimant, recovery.RoleLegal}, c.visitor.Role) {
		body.Form = c.newParticularsForm(b, view, groups)
	} else {
		body.Details = answeredFields(groups)
	}
	return c.showPage(number, "particulars", page{Title: c.texts.T("part.title"), Pace: view.Pace, StaffLayout: c.visitor.IsStaff(), Body: body})
}

func (c *pageContext) newParticularsForm(b fieldBuilder, view casework.View, groups []group) *form {
	f := &form{
		ID: "particulars-form", Action: "/cases/" + string(view.Number) + "/particulars", Key: newIdempotencyKey(), CSRF: c.visitor.CSRF,
		Submit: c.texts.T("part.submit"), Primary: true, Groups: groups, Hidden: []option{{Label: "asked", Value: "papers"}},
	}
	if len(b.faults) > 0 {
		f.Notice = c.texts.T("filing.faulty")
	}
	return f
}

// particularsValues returns the current particulars as form values.
func particularsValues(c recovery.Case, p recovery.Particulars) url.Values {
	values := url.Values{}
	for path, value := range p.ValuesByPath() {
		name := strings.TrimPrefix(path, "particulars.")
		for i, counterpart := range c.Counterparts {
			if rest, ok := strings.CutPrefix(name, "holders."+string(counterpart.ID)+"."); ok {
				name = counterpartParticular(i, rest)
			}
		}
		values.Set(name, value)
	}
	for _, paper := range p.Papers {
		values.Add("papers", string(paper))
	}
	return values
}

func (c *pageContext) missingFields(of recovery.Case, lacking []recovery.MissingParticular) []missingField {
	marks := make([]missingField, len(lacking))
	for i, lack := range lacking {
		name, owner := lack.Field, ""
		for j, counterpart := range of.Counterparts {
			if rest, ok := strings.CutPrefix(name, "holders."+string(counterpart.ID)+"."); ok {
				name, owner = counterpartParticular(j, rest), counterpart.Alias+"："
			}
		}
		marks[i] = missingField{Name: owner + c.texts.T("part."+textKey(name)+".label"), Href: "#p-" + htmlID(name), Papers: lack.Papers}
	}
	return marks
}

// answeredFields returns the fields that have a value.
func answeredFields(groups []group) []detail {
	var list []detail
	for _, g := range groups {
		for _, f := range g.Fields {
			value := f.Value
			for _, o := range f.Options {
				if o.Selected && o.Value != "" {
					value = o.Label
				}
			}
			if value != "" {
				list = append(list, detail{Name: strings.Trim(g.Title+"："+f.Label, "："), Value: value})
			}
		}
	}
	return list
}

func (b fieldBuilder) dateField(name string) field {
	f := b.newField(name, "text")
	f.Type = "date"
	return f
}

func (b fieldBuilder) phoneField(name string) field {
	f := b.textField(name, 24, false)
	f.Type, f.InputMode = "tel", "tel"
	return f
}

// optionalChoice is a select field that may be left empty.
func optionalChoice[T ~string](b fieldBuilder, name, family string, values []T) field {
	f := choiceField(b, name, "select", family, values, false)
	f.Options[0].Label = b.texts.T("choose.one")
	return f
}

// particularGroups returns all fields, grouped by person or subject.
func particularGroups(b fieldBuilder, c recovery.Case) []group {
	groups := []group{{Title: b.texts.T("part.group.claimant"), Help: b.texts.T("part.group.claimant_help"), Fields: []field{
		optionalChoice(b, "claimant.document_kind", "document_kind", recovery.DocumentKinds), b.textField("claimant.document_no", 24, false),
		optionalChoice(b, "claimant.sex", "sex", recovery.Sexes), b.dateField("claimant.born"), b.textField("claimant.nation", 20, false),
		b.textField("claimant.home", recovery.MaxContact, false), b.textField("claimant.residence", recovery.MaxContact, false),
		b.textField("claimant.serve_at", recovery.MaxContact, false), b.phoneField("claimant.phone"), b.textField("claimant.email", 254, false),
		b.textField("claimant.work", recovery.MaxName, false), optionalChoice(b, "claimant.e_service", "yes_no", recovery.Answers),
	}}}
	for i, counterpart := range c.Counterparts {
		at := func(name string) string { return counterpartParticular(i, name) }
		groups = append(groups, group{Title: b.texts.T("part.group.holder", "name", counterpart.Alias), Help: b.texts.T("part.group.holder_help"), Fields: []field{
			b.textField(at("name"), recovery.MaxName, false), optionalChoice(b, at("sex"), "sex", recovery.Sexes),
			b.textField(at("home"), recovery.MaxContact, false),
			optionalChoice(b, at("document_kind"), "document_kind", recovery.DocumentKinds), b.textField(at("document_no"), 24, false),
			b.phoneField(at("phone")), b.textField(at("work"), recovery.MaxName, false),
			b.dateField(at("born")), b.textField(at("nation"), 20, false), b.textField(at("residence"), recovery.MaxContact, false),
			optionalChoice(b, at("other_debts"), "yes_no", recovery.Answers), optionalChoice(b, at("in_china"), "yes_no", recovery.Answers),
			optionalChoice(b, at("can_be_served"), "yes_no", recovery.Answers),
		}})
	}
	return append(groups, courtGroups(b)...)
}

// passage is the length of a description in a form of the court.
const passage = 500

func courtGroups(b fieldBuilder) []group {
	return []group{
		{Title: b.texts.T("part.group.court"), Fields: []field{
			b.textField("court", 42, false), b.textField("transaction_no", 64, false), b.areaField("narrative", recovery.MaxNarrative, false),
			b.dateField("noticed_on"), b.dateField("return_by"), b.dateField("due_on"), b.textField("case_no", 40, false), b.dateField("evidence_by"),
			optionalChoice(b, "try_mediation", "wish", recovery.Wishes), optionalChoice(b, "third_party", "yes_no", recovery.Answers),
			optionalChoice(b, "forum.agreed", "yes_no", recovery.Answers), b.areaField("forum.clause", passage, false),
		}},
		{Title: b.texts.T("part.group.return_to"), Help: b.texts.T("part.group.return_to_help"), Fields: []field{
			b.textField("return_to.name", recovery.MaxName, false), b.textField("return_to.bank", recovery.MaxName, false), b.textField("return_to.account", 40, false),
		}},
		{Title: b.texts.T("part.group.rate"), Help: b.texts.T("part.group.rate_help"), Fields: []field{
			b.textField("rate.percent", 5, false), b.dateField("rate.as_of"), b.textField("rate.source", recovery.MaxContact, false), b.dateField("rate.from"),
		}},
		{Title: b.texts.T("part.group.agent"), Help: b.texts.T("part.group.agent_help"), Fields: []field{
			optionalChoice(b, "agent.appointed", "yes_no", recovery.Answers), b.textField("agent.name", recovery.MaxName, false), optionalChoice(b, "agent.relation", "relation", recovery.Relations),
			b.textField("agent.work", recovery.MaxName, false), b.textField("agent.document_no", 24, false), b.phoneField("agent.phone"),
			optionalChoice(b, "agent.powers", "powers", recovery.PowersGiven),
		}},
		{Title: b.texts.T("part.group.papers"), Fields: []field{
			choiceField(b, "papers", "checks", "paper_kind", recovery.PapersOnRequest, false),
			b.areaField("assets", passage, false), b.areaField("security", passage, false), b.areaField("at_risk", passage, false), b.areaField("risk", passage, false),
			optionalChoice(b, "preserved.done", "yes_no", recovery.Answers), b.textField("preserved.court", 42, false), b.dateField("preserved.on"),
			b.textField("preserved.case_no", 40, false),
		}},
		{Title: b.texts.T("part.group.judgment"), Help: b.texts.T("part.group.judgment_help"), Fields: []field{
			optionalChoice(b, "judgment.kind", "judgment_kind", recovery.JudgmentKinds), b.textField("judgment.made_by", 42, false),
			b.textField("judgment.no", 40, false), b.dateField("judgment.effective_on"), b.areaField("judgment.orders", passage, false),
			b.dateField("judgment.due_on"),
		}},
	}
}
