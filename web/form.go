package web

import (
	"net/url"

	"recourse/recovery"
)

// form is a form as its template shows it.
type form struct {
	ID       string // unique on the page; prefixes the ids of its fields
	Action   string // where it posts to
	Key      string // idempotency key of this rendering
	CSRF     string
	Title    string
	Help     string
	Submit   string
	Notice   string // what went wrong with the form as a whole
	Danger   bool
	Primary  bool
	Open     bool      // shown unfolded
	Upload   bool      // takes a file
	Progress bool      // shows how far the upload is; its answer is the same page
	Findings []finding // what speaks against a text, beside it
	Limit    int64     // largest file in bytes, with Progress
	Groups   []group
	Hidden   []option // Label is the name
}

// group is a titled part of a form.
type group struct {
	Title  string
	Help   string
	Fields []field
	Rows   bool   // fields stand in pairs, a pair a row
	More   string // of the button that asks for one more such group
}

// field is one question. Kind is the template's case: text, area, select,
// radio, check (one box), checks (several), file.
type field struct {
	ID       string
	Name     string
	Kind     string
	Label    string
	Help     string
	Error    string
	Value    string
	Options  []option
	Required bool
	Type     string // of a text input
	Mode     string // inputmode
	Auto     string // autocomplete
	Max      int    // characters
	Accept   string // of a file input
}

// option is one choice.
type option struct {
	Value    string
	Label    string
	Selected bool
}

// Describe names what describes a field for aria-describedby.
func (f field) Describe() string {
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

// builder makes the fields of one form: labels from the texts, values and
// faults from the last attempt.
type builder struct {
	say    *wording
	prefix string     // of ids
	labels string     // family of labels: "field", "filing", "filter"
	own    string     // family that words some labels for this form alone
	values url.Values // what was typed; nil: nothing yet
	faults []recovery.FieldFault
}

func (b builder) make(name, kind string) field {
	label, found := b.say.Find(b.own + "." + plain(name))
	if !found {
		label = b.say.T(b.labels + "." + plain(name) + ".label")
	}
	help, _ := b.say.Find(b.labels + "." + plain(name) + ".help")
	return field{
		ID: b.prefix + "-" + ident(name), Name: name, Kind: kind, Label: label, Help: help,
		Error: b.fault(name), Value: b.values.Get(name),
	}
}

// fault words what is wrong with a field: by field and code, else by code.
func (b builder) fault(name string) string {
	for _, fault := range b.faults {
		if fault.Field != name {
			continue
		}
		if text, found := b.say.Find("fault_of." + plain(name) + "." + fault.Code); found {
			return text
		}
		if text, found := b.say.Find("fault." + fault.Code); found {
			return text
		}
		return b.say.T("fault.other")
	}
	return ""
}

func (b builder) text(name string, limit int, required bool) field {
	f := b.make(name, "text")
	f.Type, f.Max, f.Required = "text", limit, required
	return f
}

func (b builder) area(name string, limit int, required bool) field {
	f := b.make(name, "area")
	f.Max, f.Required = limit, required
	return f
}

func (b builder) money(name string, required bool) field {
	f := b.make(name, "text")
	f.Type, f.Mode, f.Max, f.Required = "text", "decimal", 24, required
	return f
}

func (b builder) moment(name string, required bool) field {
	f := b.make(name, "text")
	f.Type, f.Required = "datetime-local", required
	return f
}

func (b builder) check(name string) field {
	f := b.make(name, "check")
	f.Required = true
	return f
}

// chosen is kept apart because Go has no generic methods.
func choose[T ~string](b builder, name, kind, family string, values []T, required bool) field {
	f := b.make(name, kind)
	f.Required = required
	if kind == "select" && (!required || len(values) > 1) {
		f.Options = append(f.Options, option{Label: b.say.T("choose." + yesNo(required))})
	}
	for _, value := range values {
		f.Options = append(f.Options, option{
			Value: string(value), Label: b.say.Word(family, value), Selected: b.picked(name, string(value)),
		})
	}
	return f
}

func (b builder) picked(name, value string) bool {
	for _, typed := range b.values[name] {
		if typed == value {
			return true
		}
	}
	return false
}

func yesNo(required bool) string {
	if required {
		return "one"
	}
	return "none"
}

// plain drops indices from a field's name: counterparts[2].alias → alias of
// counterparts, so that all rows share one label.
func plain(name string) string {
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

// ident makes a field's name usable as an id.
func ident(name string) string {
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

// general are the faults that belong to no field the form shows.
func (f form) general(b builder) string {
	shown := map[string]bool{}
	for _, g := range f.Groups {
		for _, question := range g.Fields {
			shown[question.Name] = true
		}
	}
	for _, fault := range b.faults {
		if !shown[fault.Field] {
			return b.fault(fault.Field)
		}
	}
	return ""
}
