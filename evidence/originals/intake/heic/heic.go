package heic

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// Limits of one picture. Memory is the decoder's own; turns of loops bound its
// time.
const (
	MaxBytes  = 32 << 20   // of the file; phones write 1 to 5 MB
	MaxPixels = 25_000_000 // as the header claims them; phones store 12 or 24 million
	pages     = 6_144      // of 64 KB: 384 MB
	lookTurns = 20_000_000
	openTurns = 600_000_000
)

// Errors of Decode.
var (
	ErrTooLarge = errors.New("heic: the header claims more pixels than are decoded")
	ErrClosed   = errors.New("heic: the picture cannot be decoded") // broken, or of a kind the decoder does not know
)

//go:embed heif.wasm.gz
var packed []byte

// decoder is the compiled module; compiling takes half a second, once.
type decoder struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

var compiled = sync.OnceValues(compile)

func compile() (decoder, error) {
	ctx := context.Background()
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return decoder{}, err
	}
	module, err := io.ReadAll(unpacked)
	if err != nil {
		return decoder{}, err
	}
	if module, err = metered(module); err != nil {
		return decoder{}, err
	}
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(pages))
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return decoder{}, err
	}
	built, err := r.CompileModule(ctx, module)
	return decoder{runtime: r, module: built}, err
}

// Decode opens the first picture of a file, turned as the file says. Each call
// has a decoder of its own, which sees these bytes and nothing else: no files, no
// clock, no other picture. Errors: ErrTooLarge, ErrClosed.
func Decode(ctx context.Context, data []byte) (image.Image, error) {
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	d, err := compiled()
	if err != nil {
		return nil, fmt.Errorf("heic: %w", err)
	}
	// Without a name, so that several may live at once.
	module, err := d.runtime.InstantiateModule(ctx, d.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("heic: %w", err)
	}
	defer module.Close(ctx)
	return (&session{Module: module}).open(ctx, data)
}

// session is one picture in the decoder.
type session struct {
	api.Module
	input, size, answer uint32 // where the file lies, its length, and where the decoder answers
}

func (s *session) open(ctx context.Context, data []byte) (image.Image, error) {
	s.refuel(lookTurns)
	if _, err := s.ExportedFunction("_initialize").Call(ctx); err != nil {
		return nil, fmt.Errorf("heic: %w", err)
	}
	s.size = uint32(len(data))
	var err error
	if s.input, err = s.allocate(ctx, s.size); err != nil {
		return nil, err
	}
	if s.answer, err = s.allocate(ctx, answers*4); err != nil {
		return nil, err
	}
	if !s.Memory().Write(s.input, data) {
		return nil, ErrClosed
	}
	claimed, err := s.decode(ctx, 1, 0)
	if err != nil {
		return nil, err
	}
	if claimed.width == 0 || claimed.height == 0 {
		return nil, ErrClosed
	}
	if uint64(claimed.width)*uint64(claimed.height) > MaxPixels {
		return nil, ErrTooLarge
	}
	return s.pixels(ctx, claimed)
}

func (s *session) pixels(ctx context.Context, claimed frame) (image.Image, error) {
	l, known := claimed.layout()
	if !known {
		return nil, ErrClosed
	}
	out, err := s.allocate(ctx, l.size)
	if err != nil {
		return nil, err
	}
	s.refuel(openTurns)
	decoded, err := s.decode(ctx, 0, out)
	if err != nil {
		return nil, err
	}
	pixels, ok := s.Memory().Read(out, l.size)
	if !ok || decoded != claimed {
		return nil, ErrClosed
	}
	return l.image(bytes.Clone(pixels)), nil
}

func (s *session) refuel(turns uint64) {
	if tank, is := s.ExportedGlobal(fuel).(api.MutableGlobal); is {
		tank.Set(turns)
	}
}

func (s *session) allocate(ctx context.Context, size uint32) (uint32, error) {
	got, err := s.ExportedFunction("malloc").Call(ctx, uint64(size))
	if err != nil || got[0] == 0 {
		return 0, ErrClosed
	}
	return uint32(got[0]), nil
}

// answers are the numbers that the decoder tells: width, height, colour space,
// chroma, premultiplied.
const answers = 5

// decode calls the module: with look 1 only for what the header claims.
func (s *session) decode(ctx context.Context, look uint64, out uint32) (frame, error) {
	at := uint64(s.answer)
	done, err := s.ExportedFunction("decode").Call(ctx, uint64(s.input), uint64(s.size), look, at, at+4, at+8, at+12, at+16, uint64(out))
	if err != nil || done[0] == 0 {
		return frame{}, ErrClosed
	}
	var told [answers]uint32
	for i := range told {
		told[i], _ = s.Memory().ReadUint32Le(s.answer + uint32(i)*4)
	}
	return frame{width: told[0], height: told[1], space: told[2], chroma: told[3], premultiplied: told[4] == 1}, nil
}
