package signals_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"strings"
	"testing"
)

// part is a segment, chunk or box of a file that a test builds.
type part struct{ name, data string }

func buildJPEG(parts ...part) []byte {
	var out bytes.Buffer
	out.WriteString("\xFF\xD8")
	for _, one := range parts {
		out.WriteString("\xFF" + one.name)
		_ = binary.Write(&out, binary.BigEndian, uint16(len(one.data)+2))
		out.WriteString(one.data)
	}
	out.WriteString("\xFF\xDA\x00\x08 picture \xFF\xD9")
	return out.Bytes()
}

func buildPNG(parts ...part) []byte {
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	for _, one := range append(parts, part{"IEND", ""}) {
		_ = binary.Write(&out, binary.BigEndian, uint32(len(one.data)))
		out.WriteString(one.name + one.data + "crc.")
	}
	return out.Bytes()
}

func buildWebP(parts ...part) []byte {
	var out bytes.Buffer
	out.WriteString("RIFF....WEBP")
	for _, one := range parts {
		out.WriteString(one.name)
		_ = binary.Write(&out, binary.LittleEndian, uint32(len(one.data)))
		out.WriteString(one.data + strings.Repeat("\x00", len(one.data)%2))
	}
	return out.Bytes()
}

func deflate(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	packer := zlib.NewWriter(&out)
	if _, err := packer.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const (
	app1    = "\xE1"
	app11   = "\xEB"
	xmpHead = "http://ns.adobe.com/xap/1.0/\x00"
)

func xmp(attributes string) string {
	return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description ` + attributes + `/></rdf:RDF></x:xmpmeta>`
}

const (
	generated = `Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"`
	// chineseLabel is the label of GB 45438-2025 as XMP holds it.
	chineseLabel = `TC260:AIGC="{&quot;Label&quot;:&quot;1&quot;,&quot;ContentProducer&quot;:&quot;001191330&quot;}"`
)
