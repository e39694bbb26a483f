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
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// Limits of one picture.
const (
	MaxBytes    = 32 << 20   // of the file; phones write 1 to 5 MB
	MaxPixels   = 25_000_000 // from the header; phones store 12 or 24 million
	memoryPages = 6_144      // of 64 KB: 384 MB for the decoder
	// decodeTime is long: 24 million pixels take 25 seconds of processor time,
	// and a busy machine must not turn a good photo into one that cannot be shown.
	decodeTime = 2 * time.Minute
)

// Errors of Decode.
var (
	ErrTooLarge    = errors.New("heic: the file or its picture is larger than the decoder accepts")
	ErrUndecodable = errors.New("heic: the picture is broken, of an unsupported kind, or takes too long to decode")
)

//go:embed heif.wasm.gz
var compressedModule []byte

// decoder is the compiled module. It is compiled once, which takes a second.
type decoder struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

var loadDecoder = sync.OnceValues(compileDecoder)

func compileDecoder() (decoder, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(compressedModule))
	if err != nil {
		return decoder{}, err
	}
	module, err := io.ReadAll(unpacked)
	if err != nil {
		return decoder{}, err
	}
	ctx := context.Background()
	runtime := newRuntime(ctx)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, runtime); err != nil {
		return decoder{}, err
	}
	compiled, err := runtime.CompileModule(ctx, module)
	return decoder{runtime: runtime, module: compiled}, err
}

// newRuntime returns a runtime that limits a module's memory and stops it when
// its context ends, even in an endless loop.
func newRuntime(ctx context.Context) wazero.Runtime {
	return wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages).WithCloseOnContextDone(true))
}

// Decode returns the first picture of a file, rotated as the file asks. Each call
// has its own instance of the decoder, so no data of one picture reaches the
// next. Errors: ErrTooLarge, ErrUndecodable, or the error of ctx.
func Decode(ctx context.Context, data []byte) (image.Image, error) {
	if len(data) > MaxBytes {
		return nil, ErrTooLarge
	}
	d, err := loadDecoder()
	if err != nil {
		return nil, fmt.Errorf("heic: %w", err)
	}
	limited, cancel := context.WithTimeout(ctx, decodeTime)
	defer cancel()
	picture, err := d.decode(limited, data)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err() // the caller gave up: the photo may be good
	}
	return picture, err
}

func (d decoder) decode(ctx context.Context, data []byte) (image.Image, error) {
	// The module has no name, so that several instances can run at once.
	module, err := d.runtime.InstantiateModule(ctx, d.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("heic: %w", err)
	}
	defer module.Close(ctx)
	return (&session{Module: module}).decodePicture(ctx, data)
}

// session decodes one picture.
type session struct {
	api.Module
	input, inputSize uint32 // address and length of the file
	header           uint32 // address where the decoder writes the header fields
}

func (s *session) decodePicture(ctx context.Context, data []byte) (image.Image, error) {
	if err := s.loadFile(ctx, data); err != nil {
		return nil, err
	}
	claimed, err := s.callDecoder(ctx, headerOnly, 0)
	if err != nil {
		return nil, err
	}
	if claimed.width == 0 || claimed.height == 0 {
		return nil, ErrUndecodable
	}
	if uint64(claimed.width)*uint64(claimed.height) > MaxPixels {
		return nil, ErrTooLarge
	}
	return s.decodePixels(ctx, claimed)
}

func (s *session) loadFile(ctx context.Context, data []byte) (err error) {
	if _, err := s.ExportedFunction("_initialize").Call(ctx); err != nil {
		return fmt.Errorf("heic: %w", err)
	}
	s.inputSize = uint32(len(data))
	if s.input, err = s.allocate(ctx, s.inputSize); err != nil {
		return err
	}
	if s.header, err = s.allocate(ctx, headerFields*4); err != nil {
		return err
	}
	if !s.Memory().Write(s.input, data) {
		return ErrUndecodable
	}
	return nil
}

func (s *session) decodePixels(ctx context.Context, claimed frame) (image.Image, error) {
	l, supported := claimed.layout()
	if !supported {
		return nil, ErrUndecodable
	}
	output, err := s.allocate(ctx, l.size)
	if err != nil {
		return nil, err
	}
	decoded, err := s.callDecoder(ctx, withPixels, output)
	if err != nil {
		return nil, err
	}
	pixels, ok := s.Memory().Read(output, l.size)
	if !ok || decoded != claimed {
		return nil, ErrUndecodable
	}
	return l.newImage(bytes.Clone(pixels)), nil
}

func (s *session) allocate(ctx context.Context, size uint32) (address uint32, err error) {
	result, err := s.ExportedFunction("malloc").Call(ctx, uint64(size))
	if err != nil || result[0] == 0 {
		return 0, ErrUndecodable
	}
	return uint32(result[0]), nil
}

// The modes of the module's decode function.
const (
	withPixels uint64 = iota
	headerOnly
)

// headerFields is how many numbers the decoder writes: width, height, colour
// space, chroma, premultiplied.
const headerFields = 5

func (s *session) callDecoder(ctx context.Context, mode uint64, output uint32) (frame, error) {
	at := uint64(s.header)
	result, err := s.ExportedFunction("decode").Call(ctx,
		uint64(s.input), uint64(s.inputSize), mode, at, at+4, at+8, at+12, at+16, uint64(output))
	if err != nil || result[0] == 0 {
		return frame{}, ErrUndecodable
	}
	var fields [headerFields]uint32
	for i := range fields {
		fields[i], _ = s.Memory().ReadUint32Le(s.header + uint32(i)*4)
	}
	return frame{width: fields[0], height: fields[1], space: fields[2], chroma: fields[3], premultiplied: fields[4] == 1}, nil
}
