package heic

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// module is a program of one function "run" without arguments; with an exported
// global of its own, so that the index of ours is not 0.
func module(code ...byte) []byte {
	section := func(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }
	function := slices.Concat([]byte{0x00}, code, []byte{0x0B})
	return slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, 1, 0x60, 0, 0),
		section(3, 1, 0),
		section(6, 1, 0x7F, 1, 0x41, 0, 0x0B),
		section(7, 2, 3, 'r', 'u', 'n', 0, 0, 1, 'n', 3, 0),
		section(10, append([]byte{1, byte(len(function))}, function...)...))
}

// counting goes round n times: n is incremented until it equals the limit.
func counting(limit byte) []byte {
	return []byte{0x03, 0x40, 0x23, 0, 0x41, 1, 0x6A, 0x24, 0, 0x23, 0, 0x41, limit, 0x47, 0x0D, 0, 0x0B}
}

var forever = []byte{0x03, 0x40, 0x0C, 0, 0x0B}

func started(t *testing.T, program []byte, turns uint64) api.Module {
	t.Helper()
	with, err := metered(program)
	if err != nil {
		t.Fatal(err)
	}
	runtime := wazero.NewRuntime(t.Context())
	t.Cleanup(func() { _ = runtime.Close(t.Context()) })
	m, err := runtime.Instantiate(t.Context(), with)
	if err != nil {
		t.Fatal(err)
	}
	(&session{Module: m}).refuel(turns)
	return m
}

func TestALoopWithoutEndIsStopped(t *testing.T) {
	t.Parallel()
	m := started(t, module(forever...), 1_000_000)
	_, err := m.ExportedFunction("run").Call(t.Context())
	if err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("%v", err)
	}
}

func TestEveryTurnIsCountedOnce(t *testing.T) {
	t.Parallel()
	m := started(t, module(counting(60)...), 1000)
	if _, err := m.ExportedFunction("run").Call(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, left := m.ExportedGlobal("n").Get(), m.ExportedGlobal(fuel).Get(); n != 60 || left != 940 {
		t.Errorf("%d turns, %d left", n, left)
	}
	m = started(t, module(counting(60)...), 59)
	if _, err := m.ExportedFunction("run").Call(t.Context()); err == nil {
		t.Error("59 turns were enough for 60")
	}
}

// A module that is not understood to its end is not run.
func TestUnknownModulesAreRefused(t *testing.T) {
	t.Parallel()
	whole := module(counting(3)...)
	for name, program := range map[string][]byte{
		"vector instruction": module(0xFD, 0x00), "table instruction": module(0xFC, 0x0C), "unknown instruction": module(0xFE),
		"cut": whole[:len(whole)-3], "only a head": whole[:6],
	} {
		if _, err := metered(program); !errors.Is(err, errModule) {
			t.Errorf("%s: %v", name, err)
		}
	}
	imports := slices.Concat(whole[:8], []byte{2, 8, 1, 1, 'a', 1, 'b', 3, 0x7F, 0}, whole[8:])
	if _, err := metered(imports); !errors.Is(err, errModule) {
		t.Errorf("an imported global: %v", err)
	}
}

// The decoder itself has loops of every kind, each of which pays.
func TestTheDecoderStops(t *testing.T) {
	t.Parallel()
	d, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.runtime.InstantiateModule(t.Context(), d.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close(t.Context())
	s := &session{Module: m, size: 1}
	s.refuel(10)
	if _, err := s.decode(t.Context(), 1, 0); !errors.Is(err, ErrClosed) {
		t.Errorf("ten turns were enough: %v", err)
	}
}

func TestLinesAreAsLibheifPadsThem(t *testing.T) {
	t.Parallel()
	for width, want := range map[uint32]uint32{1: 64, 63: 64, 64: 64, 65: 80, 80: 80, 81: 96, 4032: 4032, 2857: 2864} {
		if got := padded(width); got != want {
			t.Errorf("%d: %d, want %d", width, got, want)
		}
	}
}

func TestUnknownColoursHaveNoLayout(t *testing.T) {
	t.Parallel()
	for _, f := range []frame{{width: 9, height: 9, space: 7}, {width: 9, height: 9, space: spaceYCbCr, chroma: 11}} {
		if _, known := f.layout(); known {
			t.Errorf("%+v", f)
		}
	}
	l, _ := frame{width: 100, height: 10, space: spaceYCbCr, chroma: chroma420}.layout()
	if want := uint32(112*10 + 2*64*5); l.size != want {
		t.Errorf("%d bytes, want %d", l.size, want)
	}
	picture := l.image(bytes.Repeat([]byte{128}, int(l.size)))
	picture.At(99, 9)
}
