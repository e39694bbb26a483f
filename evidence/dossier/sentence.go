package dossier

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"recourse/evidence/folio"
	"recourse/recovery"
	"recourse/texts"
)

// sentence describes an entry in plain Chinese.
func (p *draft) sentence(e *folio.Entry) string {
	if p.hiddenNote(e) {
		return p.t.text("hidden_note")
	}
	fragments := p.t.ListTexts("entry." + string(e.Parsed.Kind) + ".sentence")
	if fragments == nil {
		return p.t.text("unknown_entry")
	}
	text := endSentence(p.describe(e, fragments))
	if rights := p.translateFact("clock", e.Parsed.Facts["restored"]); rights != "" {
		text += "\n" + p.t.text("restored", "rights", rights)
	}
	if e.Parsed.ClaimedAt != "" {
		text += "\n" + p.t.text("claimed_at", "time", formatStamp(e.Parsed.ClaimedAt))
	}
	if e.Parsed.Pace > 1 {
		text += p.t.text("paced", "pace", e.Parsed.Pace)
	}
	return text
}

// describe joins the fragments of a sentence. It leaves out a fragment that names
// a fact which the entry does not have.
func (p *draft) describe(e *folio.Entry, fragments []*texts.Text) string {
	var out strings.Builder
	for _, fragment := range fragments {
		text, err := fragment.Execute(entryFacts{p, e})
		if err == nil {
			out.WriteString(text)
		}
	}
	return strings.TrimRight(out.String(), "；，")
}

// hiddenNote reports an internal entry that the audience may not see, or a note that a
// correction made internal.
func (p *draft) hiddenNote(e *folio.Entry) bool {
	if p.shows(recovery.InternalNotes) {
		return false
	}
	if recovery.IsInternalNote(e.Parsed.Kind, e.Parsed.Facts["visibility"]) {
		return true
	}
	corrected := p.findCorrected(e.Parsed.Seq)
	return corrected != nil && recovery.IsInternalNote(corrected.Parsed.Kind, corrected.Parsed.Facts["visibility"])
}

// errNoFact ends a fragment that names a fact which the entry does not have.
var errNoFact = errors.New("the entry does not have the fact")

// entryFacts are the values of a fragment: the facts of an entry, by the way they
// are printed. Each method takes the name of the fact.
type entryFacts struct {
	p *draft
	e *folio.Entry
}

// fact returns a fact of the entry. A name such as before.sent_at is a fact inside
// another one.
func (f entryFacts) fact(name string) any {
	if outer, inner, nested := strings.Cut(name, "."); nested {
		facts, _ := f.e.Parsed.Facts[outer].(map[string]any)
		return facts[inner]
	}
	return f.e.Parsed.Facts[name]
}

// orNoFact returns the error that leaves the fragment out if there is no text.
func orNoFact(text string) (string, error) {
	if text == "" {
		return "", errNoFact
	}
	return text, nil
}

// Claimant is what the paper calls the claimant.
func (f entryFacts) Claimant() string { return f.p.claimantCalled() }

// Plain prints a fact unchanged.
func (f entryFacts) Plain(name string) (string, error) { return orNoFact(factText(f.fact(name))) }

// Personal prints a personal value, or why it is not shown.
func (f entryFacts) Personal(name string) (string, error) {
	return orNoFact(f.p.personalValue(f.e, name))
}

// Time prints a time.
func (f entryFacts) Time(name string) (string, error) {
	return orNoFact(formatStamp(factText(f.fact(name))))
}

// Length prints the length of a list that is not empty.
func (f entryFacts) Length(name string) (string, error) {
	list, isList := f.fact(name).([]any)
	if !isList || len(list) == 0 {
		return "", errNoFact
	}
	return formatCount(int64(len(list))), nil
}

// Count prints an integer.
func (f entryFacts) Count(name string) (string, error) {
	n, isWhole := factInteger(f.fact(name))
	if !isWhole {
		return "", errNoFact
	}
	return formatCount(n), nil
}

// Money prints a sum.
func (f entryFacts) Money(name string) (string, error) {
	n, isWhole := factInteger(f.fact(name))
	if !isWhole {
		return "", errNoFact
	}
	return f.p.t.text("yuan", "money", recovery.Money(n)), nil
}

// Word translates a value of an enumeration, or each of a list of them.
func (f entryFacts) Word(list, name string) (string, error) {
	return orNoFact(f.p.translateFact(list, f.fact(name)))
}

// List prints a list of free texts.
func (f entryFacts) List(name string) (string, error) { return f.Word("", name) }

// Group prints the kind and the size of a group.
func (f entryFacts) Group(name string) (string, error) { return orNoFact(f.p.groupFact(f.fact(name))) }

// Counterpart names a counterpart.
func (f entryFacts) Counterpart(name string) (string, error) {
	return orNoFact(f.p.counterpartAlias(recovery.CounterpartID(factText(f.fact(name)))))
}

// Exhibit prints the number of an exhibit, or nothing if it has none.
func (f entryFacts) Exhibit(name string) string { return f.p.exhibitFact(factText(f.fact(name))) }

// Near prints the number of the exhibit that the entry names, such as one it resembles.
func (f entryFacts) Near(name string) (string, error) { return orNoFact(f.Exhibit(name)) }

// FileSize prints type and size of the file that came with the entry.
func (f entryFacts) FileSize() (string, error) {
	blob := f.e.Parsed.Blob
	if blob == nil {
		return "", errNoFact
	}
	return f.p.t.text("size_value", "type", f.p.t.wordOrText("media", blob.MediaType), "size", formatCount(blob.Size)), nil
}

// FileDigest prints the first digits of the digest of that file.
func (f entryFacts) FileDigest() (string, error) {
	if f.e.Parsed.Blob == nil {
		return "", errNoFact
	}
	return orNoFact(shorten(f.e.Parsed.Blob.SHA256, 12))
}

// Because prints the action or the deadline that moved a case.
func (f entryFacts) Because(name string) (string, error) {
	cause := factText(f.fact(name))
	for _, list := range []string{"action", "clock", "stage"} {
		if word, known := f.p.t.find(list, cause); known {
			return word, nil
		}
	}
	return orNoFact(f.p.t.word("action", cause))
}

// Instalment names a plan or one of its instalments by the reference of its
// deadline: "2" or "2/1".
func (f entryFacts) Instalment(name string) (string, error) {
	plan, no, hasPart := strings.Cut(factText(f.fact(name)), "/")
	switch {
	case plan == "":
		return "", errNoFact
	case hasPart:
		return f.p.t.text("instalment_of", "plan", plan, "no", no), nil
	default:
		return f.p.t.text("plan_of", "plan", plan), nil
	}
}

// Instalments lists the instalments of a plan.
func (f entryFacts) Instalments(name string) (string, error) {
	parts, _ := f.fact(name).([]any)
	var list []string
	for i, one := range parts {
		part, _ := one.(map[string]any)
		amount, isWhole := factInteger(part["amount_fen"])
		if !isWhole {
			continue
		}
		list = append(list, f.p.t.text("part_of", "no", i+1, "day", factText(part["due_on"]), "sum", recovery.Money(amount)))
	}
	return orNoFact(strings.Join(list, "、"))
}

func (p *draft) groupFact(fact any) string {
	group, is := fact.(map[string]any)
	if !is {
		return p.t.word("group", factText(fact))
	}
	kind := p.t.word("group", factText(group["kind"]))
	if size, is := factInteger(group["size"]); is && size > 0 {
		return p.t.text("group_size", "kind", kind, "size", size)
	}
	return kind
}

func (p *draft) translateFact(list string, fact any) string {
	values, is := fact.([]any)
	if !is {
		return p.t.word(list, factText(fact))
	}
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = p.t.word(list, factText(value))
	}
	return strings.Join(words, "、")
}

func (p *draft) exhibitFact(id string) string {
	if no := p.numbers[recovery.EvidenceID(id)]; no > 0 && no <= len(p.exhibits) {
		return p.t.text("exhibit_in_brackets", "no", p.exhibits[no-1].Label())
	}
	return ""
}

// factText writes a fact of JSON as text.
func factText(fact any) string {
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

// factInteger reads a fact as an integer. Facts come back from JSON as float64, which
// holds every amount of a case exactly.
func factInteger(fact any) (int64, bool) {
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
