package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
)

// costlyFiles are small pictures that take much memory or time to decode.
func costlyFiles() [][]byte {
	return [][]byte{blankPNG(7_000, 7_000), blankPNG(1, 1_000_000), blankPNG(700, 60_000)}
}

// blankPNG is a black picture (PNG, RFC 2083), a few kilobytes for any size.
func blankPNG(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	header = append(header, 8, 0, 0, 0, 0) // 8 bits, grey
	var rows bytes.Buffer
	deflate, _ := zlib.NewWriterLevel(&rows, zlib.BestSpeed) // the level is valid
	row := make([]byte, width+1)
	for range height {
		_, _ = deflate.Write(row) // a bytes.Buffer takes everything
	}
	_ = deflate.Close()
	file := []byte("\x89PNG\r\n\x1a\n")
	for _, chunk := range []struct {
		kind string
		body []byte
	}{{"IHDR", header}, {"IDAT", rows.Bytes()}, {"IEND", nil}} {
		file = binary.BigEndian.AppendUint32(file, uint32(len(chunk.body)))
		body := append([]byte(chunk.kind), chunk.body...)
		file = binary.BigEndian.AppendUint32(append(file, body...), crc32.ChecksumIEEE(body))
	}
	return file
}
