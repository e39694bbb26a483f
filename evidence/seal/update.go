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

// update is the appended revision: the first page and the catalog with the seal, the
// form field, the signature, a cross-reference table and a trailer. head and tail
// are its signed bytes before and after the gap for the signature.
type update struct {
	head, tail    []byte
	signatureRoom int
}

// updateBuilder writes the objects of an update and records their offsets.
type updateBuilder struct {
	bytes.Buffer
	base    int64
	offsets map[int64]int64
}

func (b *updateBuilder) writeObject(id int64, text string) {
	b.offsets[id] = b.base + int64(b.Len())
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", id, text)
}

func newUpdate(before *revision, p sealInfo) *update {
	field, signature := before.count, before.count+1
	ref := func(id int64) string { return strconv.FormatInt(id, 10) + " 0 R" }
	b := &updateBuilder{base: before.size, offsets: map[int64]int64{}}
	b.WriteString("\n") // the file may end without a line break
	b.writeObject(before.page.number, before.page.withMember("/Annots", addAnnotation(before.page, ref(field))).String())
	b.writeObject(before.catalog.number, before.catalog.
		withMember("/AcroForm", "<</Fields ["+ref(field)+"] /SigFlags 3>>").
		withMember("/Perms", "<</DocMDP "+ref(signature)+">>").String())
	b.writeObject(field, "<</Type /Annot /Subtype /Widget /FT /Sig /T (recourse-seal) /V "+ref(signature)+
		" /Rect [0 0 0 0] /F 132 /P "+ref(before.page.number)+">>")
	b.offsets[signature] = b.base + int64(b.Len())
	fmt.Fprintf(b, "%d 0 obj\n%s", signature, p.startDictionary())
	gap := int64(2 + 2*p.signatureRoom)
	begins := b.base + int64(b.Len()) + int64(rangeSize) + int64(len(contentsKey))
	tail := newTail(before, b.offsets, begins+gap)
	fmt.Fprintf(b, "/ByteRange [0 %010d %010d %010d]%s", begins, begins+gap, len(tail), contentsKey)
	return &update{head: b.Bytes(), tail: tail, signatureRoom: p.signatureRoom}
}

const (
	contentsKey = " /Contents "
	rangeSize   = len("/ByteRange [0 ") + 3*10 + 2 + len("]")
)

// startDictionary returns the start of the signature dictionary. Stamped announces a
// time stamp, so that its removal is detected. Roots are the root certificates of the
// time stamp, which is not covered by the signature itself. DocMDP with P 1 forbids
// every later change (ISO 32000-1 §12.8.2.2).
func (p sealInfo) startDictionary() string {
	at := p.at.In(recovery.Shanghai)
	var roots string
	for _, root := range p.roots {
		roots += "<" + hex.EncodeToString(root.Raw) + ">"
	}
	return "<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached" +
		"\n/M (D:" + at.Format("20060102150405") + "+08'00')" +
		"\n/Name " + encodeTextString(p.name) +
		"\n/RecourseSeal <</Version 1 /Stamped " + strconv.FormatBool(p.stamped) + " /Roots [" + roots + "]>>" +
		"\n/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /P 1 /V /1.2>>>>]\n"
}

func addAnnotation(page object, field string) string {
	if held := page.value("/Annots"); strings.HasPrefix(held, "[") {
		return strings.TrimSuffix(held, "]") + " " + field + "]"
	}
	return "[" + field + "]"
}

// newTail returns everything after the gap, starting at offset begins.
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
	trailer := before.trailer.withMember("/Size", strconv.FormatInt(before.count+2, 10)).
		withMember("/Prev", strconv.FormatInt(before.tableStart, 10))
	fmt.Fprintf(&b, "trailer\n%s\nstartxref\n%d\n%%%%EOF\n", trailer, table)
	return b.Bytes()
}

func (u *update) totalSize() int64 { return int64(len(u.head) + 2 + 2*u.signatureRoom + len(u.tail)) }

// withSignature returns the update with the signature in its gap, filled up with
// zeros.
func (u *update) withSignature(cms []byte) []byte {
	gap := make([]byte, 2+2*u.signatureRoom)
	for i := range gap {
		gap[i] = '0'
	}
	gap[0], gap[len(gap)-1] = '<', '>'
	hex.Encode(gap[1:], cms)
	return slices.Concat(u.head, gap, u.tail)
}
