package pdf

import (
	"encoding/asn1"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Signature is a signature in a file (12.8). It is not verified: the names are claims
// of the file and its certificate.
type Signature struct {
	Name   string // stated by the file
	Signer string // common name in the signer's certificate
	Whole  bool   // it covers all bytes of the file except itself
	Form   string // adbe.pkcs7.detached, ETSI.CAdES.detached …
	Filled bool   // its contents are not only a placeholder
}

const maxSignatures = 20

func (f *file) findSignatures() []Signature {
	var list []Signature
	for _, number := range f.objectNumbers() {
		d, is := f.objects[number].value.(dict)
		ranges, has := f.resolveReference(d["ByteRange"]).(array)
		contents, holds := f.resolveReference(d["Contents"]).(text)
		if !is || !has || !holds || len(list) == maxSignatures {
			continue
		}
		form, _ := d["SubFilter"].(name)
		stated, _ := f.resolveReference(d["Name"]).(text)
		list = append(list, Signature{
			Name: decodeTextString(stated), Signer: readSignerName([]byte(contents)), Form: string(form),
			Whole: f.coversWholeFile(ranges), Filled: strings.Trim(string(contents), "\x00") != "",
		})
	}
	return list
}

// coversWholeFile reports whether two ranges cover the file except for one gap, and the
// gap is one hexadecimal string: any other content in it would be unsigned.
func (f *file) coversWholeFile(ranges array) bool {
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

const maxNameLength = 100 // characters

// decodeTextString decodes a text string (7.9.2.2) to printable text.
func decodeTextString(value text) string {
	raw := string(value)
	switch {
	case strings.HasPrefix(raw, "\xFE\xFF"):
		raw = decodeUTF16([]byte(raw[2:]))
	case !utf8.ValidString(raw):
		decoded, _ := charmap.Windows1252.NewDecoder().String(raw)
		raw = decoded
	}
	return printableText(raw)
}

func decodeUTF16(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units))
}

func printableText(raw string) string {
	runes := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r >= 0x7F && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, raw)))
	return string(runes[:min(len(runes), maxNameLength)])
}

// The parts of CMS (RFC 5652) and X.509 (RFC 5280) that name a signer. crypto/x509
// cannot be used: it rejects certificates with unknown curves, and Chinese authorities
// sign with SM2.
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

var commonNameOID = asn1.ObjectIdentifier{2, 5, 4, 3}

// readSignerName returns the common name in the certificate of the first signer, or ""
// when the contents cannot be read.
func readSignerName(contents []byte) string {
	var outer contentInfo
	if _, err := asn1.Unmarshal(contents, &outer); err != nil {
		return ""
	}
	var data signedData
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &data); err != nil {
		return ""
	}
	fields := splitValues(data.Signers.Bytes, 1)
	if len(fields) == 0 {
		return ""
	}
	parts := splitValues(fields[0].Bytes, 3)
	if len(parts) < 2 {
		return ""
	}
	var id issuerAndSerial
	if _, err := asn1.Unmarshal(parts[1].FullBytes, &id); err != nil {
		return ""
	}
	for _, raw := range splitValues(data.Certificates.Bytes, 20) {
		if subject, is := matchSubject(raw, id); is {
			return findCommonName(subject)
		}
	}
	return ""
}

// splitValues reads up to limit consecutive values.
func splitValues(data []byte, limit int) []asn1.RawValue {
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

// matchSubject returns the subject of a certificate if issuer and serial match.
func matchSubject(raw asn1.RawValue, id issuerAndSerial) ([]byte, bool) {
	parts := splitValues(raw.Bytes, 1)
	if len(parts) == 0 {
		return nil, false
	}
	fields := splitValues(parts[0].Bytes, 7)
	if len(fields) > 0 && fields[0].Class == asn1.ClassContextSpecific { // the version is optional
		fields = fields[1:]
	}
	if len(fields) < 5 || string(fields[0].FullBytes) != string(id.Serial.FullBytes) ||
		string(fields[2].FullBytes) != string(id.Issuer.FullBytes) {
		return nil, false
	}
	return fields[4].Bytes, true
}

// findCommonName returns the common name of a distinguished name.
func findCommonName(subject []byte) string {
	for _, set := range splitValues(subject, 20) {
		for _, pair := range splitValues(set.Bytes, 5) {
			parts := splitValues(pair.Bytes, 2)
			var kind asn1.ObjectIdentifier
			if len(parts) < 2 {
				continue
			}
			if _, err := asn1.Unmarshal(parts[0].FullBytes, &kind); err != nil || !kind.Equal(commonNameOID) {
				continue
			}
			if parts[1].Tag == asn1.TagBMPString {
				return printableText(decodeUTF16(parts[1].Bytes))
			}
			return printableText(strings.ToValidUTF8(string(parts[1].Bytes), ""))
		}
	}
	return ""
}
