package pdfium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// memoryPages is the memory of PDFium in pages of 64 KiB: 192 MB.
const memoryPages = 3_072

// The errors of a file.
var (
	ErrUnreadable = errors.New("pdfium: the file cannot be opened")
	ErrLocked     = errors.New("pdfium: the file needs a password")
)

// Options are where the engine finds what it needs. Both folders may be empty.
type Options struct {
	Fonts string // replaces fonts that a file does not contain
	Cache string // keeps the compiled engine: compiling takes seconds, loading it 0.1 s
}

// Engine reads PDFs, one after the other. It is compiled when it is first used.
type Engine struct {
	options Options
	mutex   sync.Mutex
	pool    pdfium.Pool
	noFonts bool // letters of fonts that a file does not contain are neither read nor drawn
}

// NewEngine returns an Engine.
func NewEngine(o Options) *Engine { return &Engine{options: o} }

// Compile compiles the engine, and writes it into the cache if it is not there.
func (e *Engine) Compile(ctx context.Context) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.compile(ctx)
}

func (e *Engine) compile(ctx context.Context) error {
	if e.pool != nil {
		return nil
	}
	runtime := wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages).
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling)
	if e.options.Cache != "" {
		cache, err := wazero.NewCompilationCacheWithDir(e.options.Cache)
		if err != nil {
			return fmt.Errorf("pdfium: cache: %w", err)
		}
		runtime = runtime.WithCompilationCache(cache)
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context: context.WithoutCancel(ctx), MaxIdle: 1, MaxTotal: 1, RuntimeConfig: runtime,
		FSConfig: fontFiles(e.options.Fonts), Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return fmt.Errorf("pdfium: %w", err)
	}
	e.pool = pool
	fonts, _ := filepath.Glob(filepath.Join(e.options.Fonts, "*.ttf"))
	e.noFonts = e.options.Fonts == "" || len(fonts) == 0
	return nil
}

// document is an open file in an instance of its own: what one file breaks, no other
// meets.
type document struct {
	pdfium.Pdfium

	ref          references.FPDF_DOCUMENT
	pages        int
	codesAreText bool
}

// instanceTime is how long starting an instance may take on a busy machine.
const instanceTime = time.Minute

// use opens a file with the empty password and calls read. Errors: ErrLocked,
// ErrUnreadable, and those of read.
func (e *Engine) use(ctx context.Context, data []byte, read func(*document) error) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if err := e.compile(ctx); err != nil {
		return err
	}
	instance, err := e.pool.GetInstance(instanceTime)
	if err != nil {
		return fmt.Errorf("pdfium: %w", err)
	}
	defer func() { _ = instance.Close() }()
	opened, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return openingError(err)
	}
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return read(&document{Pdfium: instance, ref: opened.Document, pages: count.PageCount})
}

func openingError(err error) error {
	if errors.Is(err, pdfiumerrors.ErrPassword) || errors.Is(err, pdfiumerrors.ErrSecurity) {
		return ErrLocked
	}
	return fmt.Errorf("%w: %w", ErrUnreadable, err)
}
