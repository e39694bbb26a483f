package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/stills"
)

// decodeCommandName is the hidden command of the child processes that read files.
const decodeCommandName = "decode-files"

func decodeCommand() *cobra.Command {
	var tools decode.Tools
	command := &cobra.Command{
		Use: decodeCommandName, Hidden: true, Args: cobra.NoArgs,
		Short: "Read evidence files for the process that starts this one",
		RunE:  func(cmd *cobra.Command, _ []string) error { return sandbox.Serve(cmd.Context(), decode.Jobs(tools)) },
	}
	command.Flags().StringVar(&tools.Fonts, "fonts", "", "folder of the fonts")
	command.Flags().StringVar(&tools.Films.FFmpeg, "ffmpeg", "", "path of ffmpeg, which makes stills of films")
	command.Flags().StringVar(&tools.Films.FFprobe, "ffprobe", "", "path of ffprobe")
	command.Flags().StringVar(&tools.Cache, "cache", "", "folder of the compiled reader of PDFs")
	return command
}

// openDecoding opens the pool of child processes and the cache of their reader of PDFs.
func (d *app) openDecoding() error {
	cache, remove, err := openCache(d.config.Cache)
	if err != nil {
		return fmt.Errorf("no folder for the reader of PDFs can be made; set RECOURSE_CACHE: %w", err)
	}
	d.removeCache = remove
	d.decodePool, err = newDecodePool(decode.Tools{Fonts: d.config.Fonts, Cache: cache, Films: stills.FindTools()})
	return err
}

// prepareReader compiles the reader of PDFs, unless the cache has it.
func (d *app) prepareReader(ctx context.Context) error {
	began := currentTime()
	d.log.Info("preparing the reader of PDFs; the first start takes about ten seconds longer")
	if err := decode.NewDecoder(d.decodePool).Prepare(ctx); err != nil {
		return fmt.Errorf("the reader of PDFs cannot be prepared: %w", err)
	}
	d.log.Info("the reader of PDFs is ready", "seconds", int(currentTime().Sub(began).Round(time.Second).Seconds()))
	return nil
}

// newDecodePool returns the pool of child processes, which run this program.
func newDecodePool(tools decode.Tools) (*sandbox.Pool, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return sandbox.NewPool([]string{
		program, decodeCommandName, "--fonts", tools.Fonts, "--cache", tools.Cache, "--ffmpeg", tools.Films.FFmpeg, "--ffprobe", tools.Films.FFprobe,
	}, 0), nil
}

// openCache makes the folder for the compiled reader of PDFs. If it cannot be written, a
// temporary folder takes its place until the process ends.
func openCache(dir string) (cache string, remove func(), err error) {
	if dir != "" && isWritable(dir) {
		return dir, func() {}, nil
	}
	dir, err = os.MkdirTemp("", "recourse-cache-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

func isWritable(dir string) bool {
	if os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	file, err := os.CreateTemp(dir, "try-")
	if err != nil {
		return false
	}
	return errors.Join(file.Close(), os.Remove(file.Name())) == nil
}
