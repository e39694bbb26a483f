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

// particularsBody is the model of the page on which what the papers need is
// supplied.
type particularsBody struct {
	casework.View
	Home    string
	Lacking []lackMark
	Form    *form    // nil for those who only look
	Seen    []detail // what stands, for them
}

// lackMark is a field that papers would be sent back without.
type lackMark struct {
	Name   string
	Href   string // to its field
	Papers []recovery.Paper
}

func (w *Web) registerParticulars(e *echo.Echo) {
	w.get(e, "/cases/:number/particulars", signedIn(func(c *call) error { return c.showParticulars(http.StatusOK, nil) }))
	w.post(e, "/cases/:number/particulars", signedIn(w.supplyParticulars))
}

// supplyParticulars keeps what was typed and leads back to the page, which tells
// what is still lacking.
func (w *Web) supplyParticulars(c *call) error {
	values := c.Request().PostForm
	view, err := w.service.CaseByNumber(c.Request().Context(), c.who.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	_, err = w.service.SupplyParticulars(c.Request().Context(), c.request(values), view.ID, decodeParticulars(view.Case, values))
	var fault *recovery.Fault
	if errors.As(err, &fault) && fault.Code == recovery.CodeInvalid {
		return c.showParticulars(http.StatusUnprocessableEntity, &attempt{values: values, faults: fault.Fields})
	}
	if err != nil {
		return err
	}
	c.flash("flash.done")
	return c.seeOther("/cases/" + c.Param("number") + "/particulars")
}

// particular is the journal's path of a field of the form.
func particular(c recovery.Case, name string) string {
	for i, counterpart := range c.Counterparts {
		if rest, of := strings.CutPrefix(name, holderRow(i, "")); of {
			name = "holders." + string(counterpart.ID) + "." + rest
		}
	}
	return "particulars." + name
}

func holderRow(i int, name string) string { return fmt.Sprintf("holders[%d].%s", i, name) }

// decodeParticulars reads the form; people in the order of the case, so that a
// fault finds its field.
func decodeParticulars(c recovery.Case, values url.Values) recovery.Particulars {
	var change recovery.Particulars
	for _, counterpart := range c.Counterparts {
		change.Counterparts = append(change.Counterparts, recovery.CounterpartParticulars{CounterpartID: counterpart.ID})
	}
	d := &decoder{values: values}
	typed := map[string]string{}
	for name := range values {
		text := d.text(name)
		if strings.HasSuffix(name, "_no") || strings.HasSuffix(name, "phone") || strings.HasSuffix(name, "account") {
			text = narrow(text)
		}
		typed[particular(c, name)] = text
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

func (c *call) showParticulars(number int, failed *attempt) error {
	ctx := c.Request().Context()
	view, err := c.web.service.CaseByNumber(ctx, c.who.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	stand, err := c.web.service.Particulars(ctx, c.who.Actor, view.ID)
	if err != nil {
		return err
	}
	b := builder{say: c.say, prefix: "p", labels: "part", values: particularsTyped(view.Case, stand.Particulars)}
	if failed != nil {
		b.values, b.faults = failed.values, failed.faults
	}
	body := particularsBody{View: view, Home: c.home(string(view.Number)), Lacking: c.lackMarks(view.Case, stand.Lacking)}
	groups := particularGroups(b, view.Case)
	if slices.Contains([]recovery.Role{recovery.RoleClaimant, recovery.RoleLegal}, c.who.Role) {
		body.Form = c.particularsForm(b, view, groups)
	} else {
		body.Seen = answered(groups)
	}
	return c.show(number, "particulars", page{Title: c.say.T("part.title"), Pace: view.Pace, Desk: c.who.Desk(), Body: body})
}

func (c *call) particularsForm(b builder, view casework.View, groups []group) *form {
	f := &form{
		ID: "particulars-form", Action: "/cases/" + string(view.Number) + "/particulars", Key: newKey(), CSRF: c.who.CSRF,
		Submit: c.say.T("part.submit"), Primary: true, Groups: groups, Hidden: []option{{Label: "asked", Value: "papers"}},
	}
	if len(b.faults) > 0 {
		f.Notice = c.say.T("filing.faulty")
	}
	return f
}

// particularsTyped is what stands, as the form would send it.
func particularsTyped(c recovery.Case, p recovery.Particulars) url.Values {
	values := url.Values{}
	for path, value := range p.ValuesByPath() {
		name := strings.TrimPrefix(path, "particulars.")
		for i, counterpart := range c.Counterparts {
			if rest, of := strings.CutPrefix(name, "holders."+string(counterpart.ID)+"."); of {
				name = holderRow(i, rest)
			}
		}
		values.Set(name, value)
	}
	for _, paper := range p.Papers {
		values.Add("papers", string(paper))
	}
	return values
}

func (c *call) lackMarks(of recovery.Case, lacking []recovery.MissingParticular) []lackMark {
	marks := make([]lackMark, len(lacking))
	for i, lack := range lacking {
		name, whose := lack.Field, ""
		for j, counterpart := range of.Counterparts {
			if rest, is := strings.CutPrefix(name, "holders."+string(counterpart.ID)+"."); is {
				name, whose = holderRow(j, rest), counterpart.Alias+"："
			}
		}
		marks[i] = lackMark{Name: whose + c.say.T("part."+plain(name)+".label"), Href: "#p-" + ident(name), Papers: lack.Papers}
	}
	return marks
}

// answered are the fields that hold something.
func answered(groups []group) []detail {
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

func (b builder) day(name string) field {
	f := b.make(name, "text")
	f.Type = "date"
	return f
}

func (b builder) phone(name string) field {
	f := b.text(name, 24, false)
	f.Type, f.Mode = "tel", "tel"
	return f
}

// pick is a question that may stay unanswered.
func pick[T ~string](b builder, name, family string, values []T) field {
	f := choose(b, name, "select", family, values, false)
	f.Options[0].Label = b.say.T("choose.one")
	return f
}

// particularGroups are all fields, by whom or what they are of.
func particularGroups(b builder, c recovery.Case) []group {
	groups := []group{{Title: b.say.T("part.group.claimant"), Help: b.say.T("part.group.claimant_help"), Fields: []field{
		pick(b, "claimant.document_kind", "document_kind", recovery.DocumentKinds), b.text("claimant.document_no", 24, false),
		pick(b, "claimant.sex", "sex", recovery.Sexes), b.day("claimant.born"), b.text("claimant.nation", 20, false),
		b.text("claimant.home", recovery.MaxContact, false), b.text("claimant.residence", recovery.MaxContact, false),
		b.text("claimant.serve_at", recovery.MaxContact, false), b.phone("claimant.phone"), b.text("claimant.email", 254, false),
		b.text("claimant.work", recovery.MaxName, false),
	}}}
	for i, counterpart := range c.Counterparts {
		at := func(name string) string { return holderRow(i, name) }
		groups = append(groups, group{Title: b.say.T("part.group.holder", "name", counterpart.Alias), Help: b.say.T("part.group.holder_help"), Fields: []field{
			b.text(at("name"), recovery.MaxName, false), pick(b, at("sex"), "sex", recovery.Sexes),
			b.text(at("home"), recovery.MaxContact, false),
			pick(b, at("document_kind"), "document_kind", recovery.DocumentKinds), b.text(at("document_no"), 24, false),
			b.phone(at("phone")), b.text(at("work"), recovery.MaxName, false),
		}})
	}
	return append(groups, courtGroups(b)...)
}

func courtGroups(b builder) []group {
	const passage = 500
	return []group{
		{Title: b.say.T("part.group.court"), Fields: []field{
			b.text("court", 42, false), b.text("transaction_no", 64, false), b.area("narrative", recovery.MaxNarrative, false),
			b.day("noticed_on"), b.day("return_by"), b.day("due_on"),
		}},
		{Title: b.say.T("part.group.return_to"), Help: b.say.T("part.group.return_to_help"), Fields: []field{
			b.text("return_to.name", recovery.MaxName, false), b.text("return_to.bank", recovery.MaxName, false), b.text("return_to.account", 40, false),
		}},
		{Title: b.say.T("part.group.rate"), Help: b.say.T("part.group.rate_help"), Fields: []field{
			b.text("rate.percent", 5, false), b.day("rate.as_of"), b.text("rate.source", recovery.MaxContact, false), b.day("rate.from"),
		}},
		{Title: b.say.T("part.group.agent"), Help: b.say.T("part.group.agent_help"), Fields: []field{
			b.text("agent.name", recovery.MaxName, false), pick(b, "agent.relation", "relation", recovery.Relations),
			b.text("agent.work", recovery.MaxName, false), b.text("agent.document_no", 24, false), b.phone("agent.phone"),
			pick(b, "agent.powers", "powers", recovery.PowersGiven),
		}},
		{Title: b.say.T("part.group.papers"), Fields: []field{
			choose(b, "papers", "checks", "paper_kind", recovery.PapersOnRequest, false),
			b.area("assets", passage, false), b.area("security", passage, false), b.area("at_risk", passage, false), b.area("risk", passage, false),
		}},
	}
}
