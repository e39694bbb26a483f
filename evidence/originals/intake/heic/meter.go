package heic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// fuel is the name under which a metered module exports how many turns of its
// loops are left.
const fuel = "fuel"

var errModule = errors.New("heic: the decoder's module is not as expected")

// The sections of a module that metering reads or adds to (WebAssembly core, 5.5).
const (
	sectionImport = 2
	sectionGlobal = 6
	sectionExport = 7
	sectionCode   = 10
)

// metered gives a module that stops by itself: every turn of every loop takes
// one from a counter that it exports as "fuel", and at zero it traps. Without
// loops a program ends, and recursion ends with its stack; so the counter bounds
// the time. (The runtime's own way to stop a module leaves the compiled code at
// every turn: a photo took three times as long.)
func metered(module []byte) (out []byte, err error) {
	defer func() { // a reader panics behind the end
		if recover() != nil {
			out, err = nil, errModule
		}
	}()
	r := &reader{data: module}
	out = slices.Clone(r.take(8)) // its magic and version
	var global uint64
	for r.at < len(module) {
		id := r.take(1)[0]
		body := r.take(int(r.number()))
		switch id {
		case sectionImport:
			if imported(body) {
				return nil, fmt.Errorf("%w: it imports globals", errModule)
			}
		case sectionGlobal:
			global, body = appended(body, []byte{0x7E, 0x01, 0x42, 0x00, 0x0B}) // a mutable i64, at first 0
		case sectionExport:
			_, body = appended(body, slices.Concat([]byte{byte(len(fuel))}, []byte(fuel), []byte{0x03}, number(global)))
		case sectionCode:
			if body, err = meteredCode(body, global); err != nil {
				return nil, err
			}
		}
		out = slices.Concat(out, []byte{id}, number(uint64(len(body))), body)
	}
	return out, nil
}

// appended adds an entry to a vector and tells the entry's index.
func appended(vector, entry []byte) (index uint64, longer []byte) {
	r := &reader{data: vector}
	count := r.number()
	return count, slices.Concat(number(count+1), vector[r.at:], entry)
}

// imported reports whether anything but functions is imported: an imported
// global would move the index of ours.
func imported(body []byte) bool {
	r := &reader{data: body}
	for range r.number() {
		r.take(int(r.number()))
		r.take(int(r.number()))
		if r.take(1)[0] != 0 {
			return true
		}
		r.number()
	}
	return false
}

func meteredCode(body []byte, global uint64) ([]byte, error) {
	r := &reader{data: body}
	count := r.number()
	out := number(count)
	for range count {
		function, err := meteredFunction(r.take(int(r.number())), global)
		if err != nil {
			return nil, err
		}
		out = slices.Concat(out, number(uint64(len(function))), function)
	}
	return out, nil
}

// meteredFunction puts the toll behind the head of each loop, which is where
// every turn begins.
func meteredFunction(function []byte, global uint64) ([]byte, error) {
	index := number(global)
	toll := slices.Concat(
		[]byte{0x23}, index, []byte{0x50, 0x04, 0x40, 0x00, 0x0B}, // if it is zero: trap
		[]byte{0x23}, index, []byte{0x42, 0x01, 0x7D, 0x24}, index, // one less
	)
	r := &reader{data: function}
	for range r.number() { // the groups of locals
		r.number()
		r.take(1)
	}
	var out []byte
	from := 0
	for r.at < len(function) {
		code := r.take(1)[0]
		if !r.operands(code) {
			return nil, fmt.Errorf("%w: instruction %#x", errModule, code)
		}
		if code == 0x03 {
			out = append(append(out, function[from:r.at]...), toll...)
			from = r.at
		}
	}
	return append(out, function[from:]...), nil
}

// reader goes through a module. It panics behind the end.
type reader struct {
	data []byte
	at   int
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.data)-r.at {
		panic(errModule)
	}
	part := r.data[r.at : r.at+n]
	r.at += n
	return part
}

// number reads a LEB128. Signed ones are only ever passed: their value is wrong.
func (r *reader) number() (value uint64) {
	for shift := 0; ; shift += 7 {
		part := r.take(1)[0]
		value |= uint64(part&0x7F) << shift
		if part < 0x80 {
			return value
		}
	}
}

func (r *reader) numbers(n int) {
	for range n {
		r.number()
	}
}

func number(value uint64) []byte { return binary.AppendUvarint(nil, value) }

// operands passes what follows an instruction (WebAssembly core, 5.4); false for
// one that this decoder does not use.
func (r *reader) operands(code byte) bool {
	switch {
	case code == 0x0E: // br_table
		r.numbers(int(r.number()) + 1)
	case code == 0x11, code >= 0x28 && code <= 0x3E: // call_indirect, loads and stores
		r.numbers(2)
	case code >= 0x02 && code <= 0x04, code == 0x0C, code == 0x0D, code == 0x10, code >= 0x20 && code <= 0x24,
		code >= 0x3F && code <= 0x42: // blocks, branches, calls, variables, memory, integers
		r.number()
	case code == 0x43:
		r.take(4)
	case code == 0x44:
		r.take(8)
	case code == 0xFC:
		return r.bulk(r.number())
	case code <= 0x01, code == 0x05, code == 0x0B, code == 0x0F, code == 0x1A, code == 0x1B, code >= 0x45 && code <= 0xC4:
	default:
		return false
	}
	return true
}

// bulk passes what follows a saturating conversion, memory.copy or memory.fill.
func (r *reader) bulk(code uint64) bool {
	switch {
	case code <= 7:
	case code == 10:
		r.numbers(2)
	case code == 11:
		r.number()
	default:
		return false
	}
	return true
}
