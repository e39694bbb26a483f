package seal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recourse/recovery"
)

// update is what is appended: the first page and the catalog with the seal
// added, the field and the signature, a cross-reference table, a trailer. Head
// and tail are what is signed of it, before and after the gap of the signature.
type update struct {
	head, tail []byte
	room       int
}

// builder gathers the update and where each object of it begins.
type builder struct {
	bytes.Buffer
	base   int64
	places map[int64]int64
}

func (b *builder) object(id int64, text string) {
	b.places[id] = b.base + int64(b.Len())
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", id, text)
}

func newUpdate(before *revision, p promise) *update {
	field, signature := before.count, before.count+1
	ref := func(id int64) string { return strconv.FormatInt(id, 10) + " 0 R" }
	b := &builder{base: before.size, places: map[int64]int64{}}
	b.WriteString("\n") // whatever the file ended with
	b.object(before.page.number, before.page.with("/Annots", annotations(before.page, ref(field))).String())
	b.object(before.catalog.number, before.catalog.
		with("/AcroForm", "<</Fields ["+ref(field)+"] /SigFlags 3>>").
		with("/Perms", "<</DocMDP "+ref(signature)+">>").String())
	b.object(field, "<</Type /Annot /Subtype /Widget /FT /Sig /T (recourse-seal) /V "+ref(signature)+
		" /Rect [0 0 0 0] /F 132 /P "+ref(before.page.number)+">>")
	b.places[signature] = b.base + int64(b.Len())
	fmt.Fprintf(b, "%d 0 obj\n%s", signature, p.dictionary())
	gap := int64(2 + 2*p.room)
	begins := b.base + int64(b.Len()) + int64(rangeSize) + int64(len(contents))
	tail := newTail(before, b.places, begins+gap)
	fmt.Fprintf(b, "/ByteRange [0 %010d %010d %010d]%s", begins, begins+gap, len(tail), contents)
	return &update{head: b.Bytes(), tail: tail, room: p.room}
}

const (
	contents  = " /Contents "
	rangeSize = len("/ByteRange [0 ") + 3*10 + 2 + len("]")
)

// dictionary begins the signature's dictionary. Stamped promises a token under
// the signature, so that nobody can take it away unseen, and Roots are the
// certificates it leads to, since the token itself is not signed by us; DocMDP with P 1 forbids
// every later change (ISO 32000-1 §12.8.2.2).
func (p promise) dictionary() string {
	at := p.at.In(recovery.Shanghai)
	var roots string
	for _, root := range p.roots {
		roots += "<" + hex.EncodeToString(root.Raw) + ">"
	}
	return "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached" +
		"\n/M (D:" + at.Format("20060102150405") + "+08'00')" +
		"\n/Name " + textString(p.name) +
		"\n/RecourseSeal <</Version 1 /Stamped " + strconv.FormatBool(p.stamped) + " /Roots [" + roots + "]>>" +
		"\n/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /P 1 /V /1.2>>>>]\n"
}

func annotations(page object, field string) string {
	if held := page.get("/Annots"); strings.HasPrefix(held, "[") {
		return strings.TrimSuffix(held, "]") + " " + field + "]"
	}
	return "[" + field + "]"
}

// newTail is everything behind the gap. It begins at a known place, whatever
// its own length.
func newTail(before *revision, places map[int64]int64, begins int64) []byte {
	var b bytes.Buffer
	b.WriteString(">>\nendobj\n")
	table := begins + int64(b.Len())
	b.WriteString("xref\n")
	ids := make([]int64, 0, len(places))
	for id := range places {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		fmt.Fprintf(&b, "%d 1\n%010d 00000 n \n", id, places[id])
	}
	trailer := before.trailer.with("/Size", strconv.FormatInt(before.count+2, 10)).
		with("/Prev", strconv.FormatInt(before.start, 10))
	fmt.Fprintf(&b, "trailer\n%s\nstartxref\n%d\n%%%%EOF\n", trailer, table)
	return b.Bytes()
}

func (u *update) size() int64 { return int64(len(u.head) + 2 + 2*u.room + len(u.tail)) }

// bytes is the update with the signature in its gap, the rest of the gap zeros.
func (u *update) bytes(cms []byte) []byte {
	gap := make([]byte, 2+2*u.room)
	for i := range gap {
		gap[i] = '0'
	}
	gap[0], gap[len(gap)-1] = '<', '>'
	hex.Encode(gap[1:], cms)
	return slices.Concat(u.head, gap, u.tail)
}
