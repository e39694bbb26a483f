package dossier

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"recourse/evidence/folio"
	"recourse/recovery"
)

var placeholder = regexp.MustCompile(`\{([a-z_]+):([a-z_0-9.]+)\}`)

// sentence tells an entry in plain Chinese.
func (p *papers) sentence(e *folio.Entry) string {
	if p.hiddenNote(e) {
		return p.t.HiddenNote
	}
	fragments, known := p.t.Entries[e.Parsed.Kind]
	if !known {
		return p.t.UnknownEntry
	}
	text := p.tell(e, fragments)
	if e.Parsed.ClaimedAt != "" {
		text += "\n" + fill(p.t.ClaimedAt, "time", stamp(e.Parsed.ClaimedAt))
	}
	if e.Parsed.Pace > 1 {
		text += fill(p.t.Paced, "pace", e.Parsed.Pace)
	}
	return text
}

// tell joins the fragments that have something to say.
func (p *papers) tell(e *folio.Entry, fragments []string) string {
	var out strings.Builder
	for _, fragment := range fragments {
		out.WriteString(p.fragment(e, fragment))
	}
	return strings.TrimRight(out.String(), "；，")
}

// hiddenNote reports an internal entry in papers that leave the house.
func (p *papers) hiddenNote(e *folio.Entry) bool {
	visibility := plain(e.Parsed.Facts["visibility"])
	internal := visibility == recovery.NoteInternal || e.Parsed.Kind == recovery.EntryNoteAdded && visibility != recovery.NoteShared
	return internal && p.folio.Audience != recovery.ForArchive
}

// fragment fills the placeholders of a part of a sentence; it is "" when one of
// them has nothing to say.
func (p *papers) fragment(e *folio.Entry, fragment string) string {
	silent := false
	text := placeholder.ReplaceAllStringFunc(fragment, func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		value := p.value(e, parts[1], parts[2])
		if value == "" && parts[1] != "exhibit" {
			silent = true
		}
		return value
	})
	if silent {
		return ""
	}
	return text
}

// value prints one fact of an entry in a form: a list of words, or one of the
// forms below.
func (p *papers) value(e *folio.Entry, form, name string) string {
	fact := e.Parsed.Facts[name]
	switch form {
	case "plain":
		return plain(fact)
	case "personal":
		return p.personal(e, name)
	case "time":
		return stamp(plain(fact))
	case "listed":
		if list, is := fact.([]any); is && len(list) > 0 {
			return grouped(int64(len(list)))
		}
		return ""
	case "count":
		if n, is := whole(fact); is {
			return grouped(n)
		}
		return ""
	case "money":
		if n, is := whole(fact); is {
			return p.t.text("yuan", "money", recovery.Money(n))
		}
		return ""
	default:
		return p.caseValue(e, form, name)
	}
}

// caseValue prints a fact in the forms that know the case.
func (p *papers) caseValue(e *folio.Entry, form, name string) string {
	fact := e.Parsed.Facts[name]
	switch form {
	case "group":
		return p.groupFact(fact)
	case "list":
		return p.words("", fact)
	case "evidence_kinds":
		return p.words("evidence_kind", fact)
	case "counterpart":
		return p.counterpart(recovery.CounterpartID(plain(fact)))
	case "exhibit", "near":
		return p.exhibitFact(plain(fact))
	case "blob":
		return p.blobFact(e, name)
	case "because":
		return p.because(plain(fact))
	case "instalment":
		return p.instalmentFact(plain(fact))
	case "instalments":
		return p.instalmentsFact(fact)
	default:
		return p.words(form, fact)
	}
}

func (p *papers) groupFact(fact any) string {
	group, is := fact.(map[string]any)
	if !is {
		return p.t.word("group", plain(fact))
	}
	kind := p.t.word("group", plain(group["kind"]))
	if size, is := whole(group["size"]); is && size > 0 {
		return p.t.text("group_size", "kind", kind, "size", size)
	}
	return kind
}

func (p *papers) words(list string, fact any) string {
	values, is := fact.([]any)
	if !is {
		return p.t.word(list, plain(fact))
	}
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = p.t.word(list, plain(value))
	}
	return strings.Join(words, "、")
}

func (p *papers) exhibitFact(id string) string {
	if no := p.numbers[recovery.EvidenceID(id)]; no > 0 && no <= len(p.exhibits) {
		return p.t.text("exhibit_in_brackets", "no", p.exhibits[no-1].Label())
	}
	return ""
}

func (p *papers) blobFact(e *folio.Entry, name string) string {
	switch {
	case e.Parsed.Blob == nil:
		return ""
	case name == "size":
		return p.t.text("size_value", "type", e.Parsed.Blob.MediaType, "size", grouped(e.Parsed.Blob.Size))
	default:
		return short(e.Parsed.Blob.SHA256, 12)
	}
}

// instalmentFact names a plan, or one instalment of it, by the reference of its
// deadline: "2" or "2/1".
func (p *papers) instalmentFact(ref string) string {
	plan, no, part := strings.Cut(ref, "/")
	switch {
	case plan == "":
		return ""
	case part:
		return p.t.text("instalment_of", "plan", plan, "no", no)
	default:
		return p.t.text("plan_of", "plan", plan)
	}
}

// instalmentsFact lists the parts of a plan as the journal holds them.
func (p *papers) instalmentsFact(fact any) string {
	parts, _ := fact.([]any)
	var list []string
	for i, one := range parts {
		part, _ := one.(map[string]any)
		amount, is := whole(part["amount_fen"])
		if !is {
			continue
		}
		list = append(list, p.t.text("part_of", "no", i+1, "day", plain(part["due_on"]), "sum", recovery.Money(amount)))
	}
	return strings.Join(list, "、")
}

// because names what moved a case: an act or a clock that ran out.
func (p *papers) because(cause string) string {
	for _, list := range []string{"action", "clock", "stage"} {
		if word, known := p.t.Words[list][cause]; known {
			return word
		}
	}
	return p.t.word("action", cause)
}

// plain writes a fact of JSON as text.
func plain(fact any) string {
	switch value := fact.(type) {
	case nil:
		return ""
	case string:
		return value
	case float64, []any, map[string]any:
		raw, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(raw)
	default:
		return fmt.Sprint(value)
	}
}

// whole reads a fact as an integer. Facts come back from JSON as float64, which
// holds every amount of a case exactly.
func whole(fact any) (int64, bool) {
	switch value := fact.(type) {
	case float64:
		return int64(value), value == float64(int64(value))
	case int:
		return int64(value), true
	case int64:
		return value, true
	case recovery.Money:
		return int64(value), true
	default:
		return 0, false
	}
}
