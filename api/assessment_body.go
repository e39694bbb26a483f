package api

import (
	"encoding/binary"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"recourse/playbook"
	"recourse/recovery"
)

// pen writes the body of an assessment by hand. Nobody who asks for one has an
// account, everybody may, and it is 18 KB of sentences: copying them into the
// generated types and reflecting on those took longer than finding the answer.
// The test holds every byte against what the generated types would have said.
type pen []byte

// pens are the buffers of answers that were sent.
var pens = sync.Pool{New: func() any { return new(pen) }} //nolint:gochecknoglobals // holds nothing that anybody reads

// sendAssessment says how long the body is, so that it goes out in one piece.
func sendAssessment(c echo.Context, a *playbook.Assessment) error {
	p := pens.Get().(*pen) //nolint:forcetypeassert // nothing else is put there
	defer pens.Put(p)
	*p = appendAssessment((*p)[:0], a)
	c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(len(*p)))
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, *p)
}

func appendAssessment(p pen, a *playbook.Assessment) pen {
	p = list(p, `{"characterisation":`, a.Characterisation, pen.characterisation)
	p = list(p, `,"evidence_requirements":`, a.Requirements, pen.requirement)
	p = p.forecast(`,"forecast":`, &a.Forecast)
	p = list(p, `,"plan":`, a.Plan, pen.planStep)
	p = p.text(`,"playbook":{"version":`, a.Playbook.Version)
	p = list(p, `},"precedents":`, a.Precedents, pen.precedent)
	p = p.recall(`,"recall":`, &a.Recall)
	p = list(p, `,"routes":`, a.Routes, pen.route)
	p = p.strategy(`,"strategy":`, &a.Strategy)
	p = list(p, `,"texts":`, a.Texts, pen.ready)
	return append(list(p, `,"warnings":`, a.Warnings, pen.warning), '}')
}

func list[T any](p pen, key string, items []T, write func(pen, *T) pen) pen {
	p = append(append(p, key...), '[')
	for i := range items {
		if i > 0 {
			p = append(p, ',')
		}
		p = write(p, &items[i])
	}
	return append(p, ']')
}

// text writes a string. The sentences of a book are valid UTF-8, since its
// reader refuses all else, and nearly none needs an escape.
func (p pen) text(key, text string) pen {
	p = append(p, key...)
	from := len(p)
	p = append(p, '"')
	p = append(p, text...)
	if plain(p[from+1:]) {
		return append(p, '"')
	}
	quoted, _ := jsontext.AppendQuote(p[:from], text) // fails for invalid UTF-8 only, and mends that
	return quoted
}

// plain reports whether JSON writes a text as it is. An answer is 18 KB of text, so
// it looks at eight bytes at a time, each in its place in a word: a byte that is
// less than n, or none after a comparison, leaves its highest bit behind
// (Warren, Hacker's Delight, 6-1).
func plain(text []byte) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		word := binary.LittleEndian.Uint64(text)
		quote, slash := word^(ones*'"'), word^(ones*'\\')
		if ((word-ones*' ')&^word|(quote-ones)&^quote|(slash-ones)&^slash)&tops != 0 {
			return false
		}
	}
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (p pen) item(text *string) pen { return p.text("", *text) }

func (p pen) texts(key string, items []string) pen { return list(p, key, items, pen.item) }

// known writes a string, or null for an empty one.
func (p pen) known(key, text string) pen {
	if text == "" {
		return append(append(p, key...), "null"...)
	}
	return p.text(key, text)
}

func (p pen) flag(key string, yes bool) pen { return strconv.AppendBool(append(p, key...), yes) }

func (p pen) count(key string, n int) pen { return strconv.AppendInt(append(p, key...), int64(n), 10) }

func (p pen) chance(key string, share float64) pen {
	return strconv.AppendFloat(append(p, key...), share, 'f', -1, 64)
}

// number writes a whole number, or null for none.
func number[T int | recovery.Money](p pen, key string, n *T) pen {
	if n == nil {
		return append(append(p, key...), "null"...)
	}
	return strconv.AppendInt(append(p, key...), int64(*n), 10)
}

// instant writes a time as others are told, or null for none.
func (p pen) instant(key string, at *time.Time) pen {
	if at == nil {
		return append(append(p, key...), "null"...)
	}
	p = append(append(p, key...), '"')
	return append(local(*at).AppendFormat(p, time.RFC3339Nano), '"')
}
