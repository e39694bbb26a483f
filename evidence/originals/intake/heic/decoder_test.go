package heic

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tetratelabs/wazero/sys"
)

// endlessModule is a WebAssembly module whose function "run" loops forever.
var endlessModule = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x04\x01\x60\x00\x00" + // type: a function without arguments and results
	"\x03\x02\x01\x00" +
	"\x07\x07\x01\x03run\x00\x00" +
	"\x0a\x09\x01\x07\x00\x03\x40\x0c\x00\x0b\x0b") // loop, branch to its head

func TestEndlessLoopIsStopped(t *testing.T) {
	t.Parallel()
	runtime := newRuntime(t.Context())
	t.Cleanup(func() { _ = runtime.Close(context.WithoutCancel(t.Context())) })
	module, err := runtime.Instantiate(t.Context(), endlessModule)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = module.ExportedFunction("run").Call(ctx)
	if exit := (*sys.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != sys.ExitCodeDeadlineExceeded {
		t.Errorf("%v", err)
	}
}

func TestMemoryIsLimited(t *testing.T) {
	t.Parallel()
	d, err := loadDecoder()
	if err != nil {
		t.Fatal(err)
	}
	module, err := d.runtime.Instantiate(t.Context(), []byte("\x00asm\x01\x00\x00\x00\x05\x03\x01\x00\x01"))
	if err != nil {
		t.Fatal(err)
	}
	defer module.Close(t.Context())
	if _, grown := module.Memory().Grow(memoryPages); grown {
		t.Error("the memory grew past its limit")
	}
	if _, grown := module.Memory().Grow(memoryPages - 1); !grown {
		t.Error("the memory did not grow up to its limit")
	}
}

func TestStrideMatchesLibheif(t *testing.T) {
	t.Parallel()
	for width, want := range map[uint32]uint32{1: 64, 63: 64, 64: 64, 65: 80, 80: 80, 81: 96, 4032: 4032, 2857: 2864} {
		if got := alignStride(width); got != want {
			t.Errorf("%d: %d, want %d", width, got, want)
		}
	}
}

func TestUnknownColoursHaveNoLayout(t *testing.T) {
	t.Parallel()
	for _, f := range []frame{{width: 9, height: 9, space: 7}, {width: 9, height: 9, space: spaceYCbCr, chroma: 11}} {
		if _, supported := f.layout(); supported {
			t.Errorf("%+v", f)
		}
	}
	l, _ := frame{width: 100, height: 10, space: spaceYCbCr, chroma: chroma420}.layout()
	if want := uint32(112*10 + 2*64*5); l.size != want {
		t.Errorf("%d bytes, want %d", l.size, want)
	}
	picture := l.newImage(bytes.Repeat([]byte{128}, int(l.size)))
	picture.At(99, 9)
}

// FuzzLayout checks that the planes of any picture that the decoder may report lie within
// the memory that is read for it.
func FuzzLayout(f *testing.F) {
	f.Add(uint32(4032), uint32(3024), uint32(spaceYCbCr), uint32(chroma420))
	f.Add(uint32(1), uint32(1<<24), uint32(spaceRGB), uint32(0)) // 2^32 bytes
	f.Add(uint32(25_000_000), uint32(1), uint32(spaceYCbCr), uint32(chroma444))
	f.Fuzz(func(t *testing.T, width, height, space, chroma uint32) {
		if width == 0 || height == 0 || uint64(width)*uint64(height) > MaxPixels {
			return
		}
		l, supported := frame{width: width, height: height, space: space, chroma: chroma}.layout()
		if !supported {
			return
		}
		last := uint64(l.stride)*uint64(height-1) + uint64(width)
		if last > uint64(l.size) || l.size > memoryPages<<16 {
			t.Fatalf("%d x %d: %d bytes", width, height, l.size)
		}
		if l.size < 1<<20 {
			l.newImage(make([]byte, l.size)).At(int(width)-1, int(height)-1)
		}
	})
}
