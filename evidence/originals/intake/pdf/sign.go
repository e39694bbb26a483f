package pdf

import (
	"encoding/asn1"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Signature is a signature that stands in a file (12.8). Nobody has checked it:
// the names are what the file and its certificate say of themselves.
type Signature struct {
	Name   string // as the file states it
	Signer string // common name in the signer's certificate
	Whole  bool   // it covers every byte of the file but itself
	Form   string // adbe.pkcs7.detached, ETSI.CAdES.detached …
	Filled bool   // its contents are more than a placeholder
}

const maxSignatures = 20

func (f *file) signatures() []Signature {
	var list []Signature
	for _, number := range f.numbers() {
		d, is := f.objects[number].value.(dict)
		ranges, has := f.resolve(d["ByteRange"]).(array)
		contents, holds := f.resolve(d["Contents"]).(text)
		if !is || !has || !holds || len(list) == maxSignatures {
			continue
		}
		form, _ := d["SubFilter"].(name)
		stated, _ := f.resolve(d["Name"]).(text)
		list = append(list, Signature{
			Name: stringOf(stated), Signer: signer([]byte(contents)), Form: string(form),
			Whole: f.covers(ranges), Filled: strings.Trim(string(contents), "\x00") != "",
		})
	}
	return list
}

// covers reports whether two ranges take in the whole file but one hole, and the
// hole is one hexadecimal string: anything else in it would be unsigned.
func (f *file) covers(ranges array) bool {
	if len(ranges) != 4 {
		return false
	}
	var at [4]int
	for i, value := range ranges {
		number, is := value.(float64)
		if !is || number < 0 || number > float64(len(f.data)) {
			return false
		}
		at[i] = int(number)
	}
	if at[0] != 0 || at[2] < at[1] || at[2]+at[3] != len(f.data) {
		return false
	}
	hole := string(f.data[at[1]:at[2]])
	return len(hole) >= 2 && hole[0] == '<' && hole[len(hole)-1] == '>' &&
		strings.Trim(hole[1:len(hole)-1], "0123456789abcdefABCDEF \r\n\t") == ""
}

const maxName = 100 // characters

// stringOf reads a text string (7.9.2.2), fit to be shown.
func stringOf(value text) string {
	raw := string(value)
	switch {
	case strings.HasPrefix(raw, "\xFE\xFF"):
		raw = utf16Text([]byte(raw[2:]))
	case !utf8.ValidString(raw):
		decoded, _ := charmap.Windows1252.NewDecoder().String(raw)
		raw = decoded
	}
	return shown(raw)
}

func shown(raw string) string {
	runes := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r >= 0x7F && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, raw)))
	return string(runes[:min(len(runes), maxName)])
}

// The parts of CMS (RFC 5652) and X.509 (RFC 5280) that name a signer. They are
// read here because crypto/x509 refuses whole certificates over curves it does
// not know, and Chinese authorities sign with SM2.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      asn1.RawValue
		Content      asn1.RawValue
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		Revocations  asn1.RawValue `asn1:"optional,tag:1"`
		Signers      asn1.RawValue
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial asn1.RawValue
	}
)

var commonName = asn1.ObjectIdentifier{2, 5, 4, 3}

// signer finds the certificate that the first signer refers to and gives its
// common name; empty when the contents cannot be read.
func signer(contents []byte) string {
	var outer contentInfo
	if _, err := asn1.Unmarshal(contents, &outer); err != nil {
		return ""
	}
	var data signedData
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &data); err != nil {
		return ""
	}
	fields := children(data.Signers.Bytes, 1)
	if len(fields) == 0 {
		return ""
	}
	parts := children(fields[0].Bytes, 3)
	if len(parts) < 2 {
		return ""
	}
	var id issuerAndSerial
	if _, err := asn1.Unmarshal(parts[1].FullBytes, &id); err != nil {
		return ""
	}
	for _, raw := range children(data.Certificates.Bytes, 20) {
		if subject, is := subjectOf(raw, id); is {
			return nameIn(subject)
		}
	}
	return ""
}

// children reads up to limit values that stand one behind the other.
func children(data []byte, limit int) []asn1.RawValue {
	var list []asn1.RawValue
	for len(data) > 0 && len(list) < limit {
		var value asn1.RawValue
		rest, err := asn1.Unmarshal(data, &value)
		if err != nil {
			break
		}
		list, data = append(list, value), rest
	}
	return list
}

// subjectOf gives the subject of a certificate when it is the one meant.
func subjectOf(raw asn1.RawValue, id issuerAndSerial) ([]byte, bool) {
	parts := children(raw.Bytes, 1)
	if len(parts) == 0 {
		return nil, false
	}
	fields := children(parts[0].Bytes, 7)
	if len(fields) > 0 && fields[0].Class == asn1.ClassContextSpecific { // the version, which may be left out
		fields = fields[1:]
	}
	if len(fields) < 5 || string(fields[0].FullBytes) != string(id.Serial.FullBytes) ||
		string(fields[2].FullBytes) != string(id.Issuer.FullBytes) {
		return nil, false
	}
	return fields[4].Bytes, true
}

// nameIn finds the common name among the parts of a distinguished name.
func nameIn(subject []byte) string {
	for _, set := range children(subject, 20) {
		for _, pair := range children(set.Bytes, 5) {
			parts := children(pair.Bytes, 2)
			var kind asn1.ObjectIdentifier
			if len(parts) < 2 {
				continue
			}
			if _, err := asn1.Unmarshal(parts[0].FullBytes, &kind); err != nil || !kind.Equal(commonName) {
				continue
			}
			if parts[1].Tag == asn1.TagBMPString {
				return shown(utf16Text(parts[1].Bytes))
			}
			return shown(strings.ToValidUTF8(string(parts[1].Bytes), ""))
		}
	}
	return ""
}
