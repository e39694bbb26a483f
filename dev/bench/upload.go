package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"recourse/dev/local"
)

// videoSize is the default limit of a file; videoCount of them make a gigabyte.
const (
	videoSize  = 200 << 20
	videoCount = 5
)

// measurePartUploads uploads a gigabyte to the running product, in parts, and measures
// the growth of its peak memory.
func measurePartUploads(ctx context.Context, up local.Up) ([]row, error) {
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	id, err := d.fileCase(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.uploadInParts(ctx, id, 64<<20); err != nil { // the first upload allocates buffers
		return nil, err
	}
	before, err := peakMemory(up)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	for n := range int64(videoCount) {
		if err := d.uploadInParts(ctx, id, videoSize-n); err != nil { // every file is different
			return nil, err
		}
	}
	took := time.Since(began)
	after, err := peakMemory(up)
	if err != nil {
		return nil, err
	}
	grown := after - before
	return []row{{
		what: "take in 1 GB in parts", figure: fmt.Sprintf("%.0f MB/s, memory +%d MB", float64(videoCount*videoSize>>20)/took.Seconds(), grown>>20),
		yardstick: fmt.Sprintf("memory at 64 MB: %d MB", before>>20), ratio: formatRatio(float64(after) / float64(before)),
		budget: "+ ≤ 64 MB", kept: grown <= 64<<20,
	}}, nil
}

// videoContent returns a file that starts like an MP4. The bytes are random but depend
// only on the size.
func videoContent(size int64) io.Reader {
	head := []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x01mdat")
	return io.LimitReader(io.MultiReader(bytes.NewReader(head), rand.NewChaCha8([32]byte{byte(size)})), size)
}

// uploadInParts announces a video, sends its parts and completes it.
func (d *apiClient) uploadInParts(ctx context.Context, id string, size int64) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, videoContent(size)); err != nil {
		return fmt.Errorf("make a video: %w", err)
	}
	var begun struct {
		ID       string `json:"id"`
		PartSize int64  `json:"part_size"`
	}
	err := d.postJSON(ctx, "/cases/"+id+"/uploads", map[string]any{
		"kind": "screen_recording", "file_name": "a.mp4", "size": size, "sha256": hex.EncodeToString(hash.Sum(nil)),
	}, &begun)
	if err != nil {
		return err
	}
	content := videoContent(size)
	for n, left := 1, size; left > 0; n, left = n+1, left-begun.PartSize {
		part := io.LimitReader(content, begun.PartSize)
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, fmt.Sprintf("%s/uploads/%s/parts/%d", d.base, begun.ID, n), part)
		if err != nil {
			return fmt.Errorf("make the request: %w", err)
		}
		request.ContentLength = min(left, begun.PartSize)
		request.Header.Set("Content-Type", "application/octet-stream")
		if err := d.sendRequest(request, &struct{}{}); err != nil {
			return err
		}
	}
	return d.postJSON(ctx, "/uploads/"+begun.ID+"/complete", map[string]any{}, &struct{}{})
}

// measureLargeDocuments builds a dossier of a hundred screenshots and a bag with a
// gigabyte of originals, each in its own process.
func measureLargeDocuments(ctx context.Context, root string) ([]row, error) {
	took, held, err := runSeparately(ctx, root, "./evidence/dossier", "-test.bench", "^BenchmarkHundredScreenshots$", "-test.benchtime", "1x")
	if err != nil {
		return nil, err
	}
	rows := []row{{
		what: "a dossier of a hundred screenshots", figure: fmt.Sprintf("%.1f s, %d MB", took.Seconds(), held>>20), yardstick: "–", ratio: "–",
		budget: "≤ 5 s, ≤ 1 GB", kept: took <= 5*time.Second && held <= 1<<30,
	}}
	if _, held, err = runSeparately(ctx, root, "./evidence/bag", "-test.run", "^TestMemoryStaysFlat$"); err != nil {
		return nil, err
	}
	return append(rows, row{
		what: "a bag with 1 GB of originals", figure: fmt.Sprintf("%d MB", held>>20), yardstick: "–", ratio: "–",
		budget: "≤ 200 MB", kept: held <= 200<<20,
	}), nil
}

// runSeparately runs tests of a package in their own process. It returns the time of one
// operation, if measured, and the peak memory.
func runSeparately(ctx context.Context, root, pkg string, args ...string) (took time.Duration, held int64, err error) {
	dir, err := os.MkdirTemp("", "recourse-bench-")
	if err != nil {
		return 0, 0, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "program")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-o", program, pkg)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("build %s: %w: %s", pkg, err, out)
	}
	if args[0] == "-test.bench" {
		args = append([]string{"-test.run", "^$"}, args...)
	}
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = filepath.Join(root, pkg)
	out, err := command.CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("%s of %s: %w: %s", args[1], pkg, err, out)
	}
	for _, one := range parseBench(bytes.NewReader(out)) {
		took = one
	}
	if usage, is := command.ProcessState.SysUsage().(*syscall.Rusage); is {
		held = usage.Maxrss << 10 // kilobytes on Linux
	}
	return took, held, nil
}
