package web

import (
	"net/url"
	"slices"

	"recourse/recovery"
)

// form is the model of a form template.
type form struct {
	ID       string // unique on the page; prefixes the ids of its fields
	Action   string // where it posts to
	Key      string // idempotency key of this rendering
	CSRF     string
	Title    string
	Help     string
	Submit   string
	Notice   string // error of the whole form
	Danger   bool
	Primary  bool
	Open     bool      // shown unfolded
	Upload   bool      // accepts a file
	Progress bool      // shows upload progress; the response is the same page
	Findings []finding // problems found in a text
	Limit    int64     // largest file in bytes, with Progress
	Groups   []group
	Hidden   []option // Label is the name
	Second   *option  // a second button; Value is its name
	// Question asks whether an unlikely value is right. The form then shows what was
	// typed instead of its fields.
	Question string
	Typed    []detail
}

// group is a titled part of a form.
type group struct {
	Title  string
	Help   string
	Fields []field
	Rows   bool   // two fields per row
	More   string // label of the button that adds another group
	Folded bool   // hidden behind its title until it is opened
}

// IsOpen reports whether a folded group shows its fields: an answer or an error must
// not be hidden.
func (g group) IsOpen() bool {
	return slices.ContainsFunc(g.Fields, func(f field) bool { return f.Error != "" || f.isAnswered() })
}

// field is one question. Kind selects the template's case: text, area, select,
// radio, check (one box), checks (several), file.
type field struct {
	ID           string
	Name         string
	Kind         string
	Label        string
	Help         string
	Error        string
	Value        string
	Options      []option
	Required     bool
	Type         string // of a text input
	InputMode    string // inputmode
	Autocomplete string // autocomplete
	Max          int    // characters
	Accept       string // of a file input
	Class        string // decides how the style sheet shows it
}

func (f field) isAnswered() bool {
	return f.Value != "" || slices.ContainsFunc(f.Options, func(o option) bool { return o.Selected && o.Value != "" })
}

// option is one choice.
type option struct {
	Value    string
	Label    string
	Selected bool
}

// DescribedBy returns the ids for aria-describedby.
func (f field) DescribedBy() string {
	switch {
	case f.Error != "" && f.Help != "":
		return f.ID + "-error " + f.ID + "-help"
	case f.Error != "":
		return f.ID + "-error"
	case f.Help != "":
		return f.ID + "-help"
	default:
		return ""
	}
}

// fieldBuilder builds the fields of one form: labels from the texts, values and
// faults from the last attempt.
type fieldBuilder struct {
	texts       *pageTexts
	prefix      string     // of ids
	labels      string     // family of labels: "field", "filing", "filter"
	labelsFirst string     // family with labels only for this form, tried first
	values      url.Values // submitted values; nil at first
	faults      []recovery.FieldFault
}

func (b fieldBuilder) newField(name, kind string) field {
	label, found := b.texts.FindText(b.labelsFirst + "." + textKey(name))
	if !found {
		label = b.texts.T(b.labels + "." + textKey(name) + ".label")
	}
	help, _ := b.texts.FindText(b.labels + "." + textKey(name) + ".help")
	return field{
		ID: b.prefix + "-" + htmlID(name), Name: name, Kind: kind, Label: label, Help: help,
		Error: b.faultText(name), Value: b.values.Get(name),
	}
}

// faultText returns the text for a field's fault, by field and code or else by
// code.
func (b fieldBuilder) faultText(name string) string {
	for _, fault := range b.faults {
		if fault.Field == name {
			return b.textOfFault(name, fault.Code)
		}
	}
	return ""
}

// textOfFault returns the text for a code in a field; a field without a name is the
// form as a whole.
func (b fieldBuilder) textOfFault(name, code string) string {
	for _, key := range []string{"fault_of." + firstNonEmpty(textKey(name), "form") + "." + code, "fault." + code} {
		if text, found := b.texts.FindText(key); found {
			return text
		}
	}
	return b.texts.T("fault.other")
}

func (b fieldBuilder) textField(name string, limit int, required bool) field {
	f := b.newField(name, "text")
	f.Type, f.Max, f.Required = "text", limit, required
	return f
}

func (b fieldBuilder) areaField(name string, limit int, required bool) field {
	f := b.newField(name, "area")
	f.Max, f.Required = limit, required
	return f
}

func (b fieldBuilder) moneyField(name string, required bool) field {
	f := b.newField(name, "text")
	f.Type, f.InputMode, f.Max, f.Required = "text", "decimal", 24, required
	return f
}

func (b fieldBuilder) timeField(name string, required bool) field {
	f := b.newField(name, "text")
	f.Type, f.Required = "datetime-local", required
	return f
}

// checkField is a box to tick. A required one must be ticked again each time.
func (b fieldBuilder) checkField(name string, required bool) field {
	f := b.newField(name, "check")
	f.Required = required
	return f
}

// choiceField is a function because methods cannot have type parameters of
// their own.
func choiceField[T ~string](b fieldBuilder, name, kind, family string, values []T, required bool) field {
	f := b.newField(name, kind)
	f.Required = required
	if kind == "select" && (!required || len(values) > 1) {
		f.Options = append(f.Options, option{Label: b.texts.T("choose." + b.emptyChoiceKey(required))})
	}
	for _, value := range values {
		f.Options = append(f.Options, option{
			Value: string(value), Label: b.texts.Word(family, value), Selected: b.isSelected(name, string(value)),
		})
	}
	return f
}

// factChoice asks for a fact that the visitor may not know. In a case an open answer
// changes nothing.
func factChoice[T ~string](b fieldBuilder, name, family string, values []T) field {
	f := choiceField(b, name, "select", family, values, false)
	f.Options[0].Label = b.texts.T("choose.unknown")
	if b.labels != filingLabels {
		f.Options[0].Label = b.texts.T("choose.keep")
	}
	return f
}

func (f field) withClass(class string) field {
	f.Class = class
	return f
}

func (b fieldBuilder) isSelected(name, value string) bool {
	for _, typed := range b.values[name] {
		if typed == value {
			return true
		}
	}
	return false
}

// emptyChoiceKey is the text of the option that chooses nothing: in a filter it means
// everything.
func (b fieldBuilder) emptyChoiceKey(required bool) string {
	switch {
	case required:
		return "one"
	case b.labels == filterLabels:
		return "none"
	default:
		return "open"
	}
}

// Families of labels that decide about the words of an open choice.
const (
	filterLabels = "filter"
	filingLabels = "filing"
)

// textKey removes indexes from a field's name and replaces dots:
// counterparts[2].alias becomes counterparts_alias, so that all rows share one
// label.
func textKey(name string) string {
	out := make([]rune, 0, len(name))
	inside := false
	for _, r := range name {
		switch {
		case r == '[':
			inside = true
		case r == ']':
			inside = false
		case r == '.':
			out = append(out, '_')
		case !inside:
			out = append(out, r)
		}
	}
	return string(out)
}

// htmlID converts a field's name to an HTML id.
func htmlID(name string) string {
	out := make([]rune, 0, len(name))
	for _, r := range name {
		switch r {
		case '[', '.':
			out = append(out, '-')
		case ']':
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// generalFault returns the text of a fault whose field the form does not show.
func (f form) generalFault(b fieldBuilder) string {
	shown := map[string]bool{}
	for _, g := range f.Groups {
		for _, question := range g.Fields {
			shown[question.Name] = true
		}
	}
	for _, fault := range b.faults {
		if !shown[fault.Field] {
			return b.faultText(fault.Field)
		}
	}
	return ""
}
