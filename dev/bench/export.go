package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"time"

	"recourse/dev/local"
)

// A case of the size of which an export is measured.
const (
	exportedFiles   = 500
	exportedEntries = 2_000
	exportTime      = 20 * time.Second
	exportMemory    = 500 << 20
	examinationTime = 10 * time.Minute // for the files, before the exports
)

// measureExports measures the papers of a large case for each audience, from the order
// until they are ready. All files are examined before.
func measureExports(ctx context.Context, up local.Up) ([]row, error) {
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	d.http.Timeout = 2 * time.Minute
	id, err := d.fileCase(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.fillForExport(ctx, id); err != nil {
		return nil, err
	}
	legal := d.withRole("legal")
	var rows []row
	for _, audience := range []string{"court", "opponent", "platform", "archive"} {
		began := time.Now()
		if err := legal.export(ctx, id, audience); err != nil {
			return nil, fmt.Errorf("papers for %s: %w", audience, err)
		}
		took := time.Since(began)
		held, err := peakMemory(up)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{
			what:   fmt.Sprintf("papers for %s, %d files, %d entries", audience, exportedFiles, exportedEntries),
			figure: fmt.Sprintf("%.1f s, %d MB", took.Seconds(), held>>20), yardstick: "–", ratio: "–",
			budget: fmt.Sprintf("≤ %.0f s, ≤ %d MB", exportTime.Seconds(), exportMemory>>20), kept: took <= exportTime && held <= exportMemory,
		})
	}
	return rows, nil
}

// fillForExport adds files and notes, and waits until all files are examined.
func (d *apiClient) fillForExport(ctx context.Context, id string) error {
	_, err := callConcurrently(ctx, 2, untilCount(exportedFiles), func(ctx context.Context, _ int) error {
		name, kind, data, err := newExportedFile(d.next.Add(1))
		if err != nil {
			return err
		}
		return d.uploadFile(ctx, id, kind, name, data)
	})
	if err != nil {
		return err
	}
	missing, err := d.awaitExaminations(ctx, id)
	if err != nil {
		return err
	}
	_, err = callConcurrently(ctx, 4, untilCount(missing), func(ctx context.Context, _ int) error {
		return d.postJSON(ctx, "/cases/"+id+"/actions/add_note", map[string]any{"text": "已电话核实，对方答应本周内退回。", "visibility": "shared"}, &struct{}{})
	})
	return err
}

// awaitExaminations waits until no file is being examined, and returns how many entries
// the journal needs.
func (d *apiClient) awaitExaminations(ctx context.Context, id string) (missing int64, err error) {
	until := time.Now().Add(examinationTime)
	for time.Now().Before(until) {
		var list struct {
			Items []struct {
				Seq           int64 `json:"seq"`
				BeingExamined bool  `json:"being_examined"`
				Shown         bool  `json:"shown"`
			} `json:"items"`
		}
		if err := d.getJSON(ctx, "/cases/"+id+"/evidence", &list); err != nil {
			return 0, err
		}
		waiting := 0
		for _, one := range list.Items {
			if one.BeingExamined {
				waiting++
			}
		}
		if waiting == 0 {
			return max(0, exportedEntries-2*int64(len(list.Items))), nil
		}
		if err := pause(ctx, time.Second); err != nil {
			return 0, err
		}
	}
	return 0, errors.New("the files are not examined in time")
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// export orders papers and waits until they are ready.
func (d *apiClient) export(ctx context.Context, id, audience string) error {
	var ordered struct {
		ID      string `json:"id"`
		State   string `json:"state"`
		Failure string `json:"failure"`
	}
	if err := d.postJSON(ctx, "/cases/"+id+"/exports", map[string]any{"audience": audience, "confirm": true}, &ordered); err != nil {
		return err
	}
	for ordered.State == "building" {
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
		if err := d.getJSON(ctx, "/exports/"+ordered.ID, &ordered); err != nil {
			return err
		}
	}
	if ordered.State != "ready" {
		return fmt.Errorf("%s: %s", ordered.State, ordered.Failure)
	}
	return nil
}

// newExportedFile returns one of the files that a case has: seven of ten are screenshots.
func newExportedFile(number int64) (name, kind string, data []byte, err error) {
	var out bytes.Buffer
	switch number % 10 {
	case 0, 1:
		for line := range 200 {
			fmt.Fprintf(&out, "2026-11-%02d 10:%02d 老周：我这周会把钱退回来，编号 %d。\n", 1+line%28, line%60, number)
		}
		return "chat.txt", "chat_export", out.Bytes(), nil
	case 2:
		fmt.Fprintf(&out, "%%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"+
			"3 0 obj <</Type /Page /Parent 2 0 R>> endobj\n%% %d\ntrailer <</Root 1 0 R>>\n%%%%EOF\n", number)
		return "receipt.pdf", "sealed_receipt", out.Bytes(), nil
	case 3:
		err = png.Encode(&out, newScreenshot(uint64(number)))
		return "screen.png", "chat_screenshot", out.Bytes(), err
	default:
		err = jpeg.Encode(&out, newScreenshot(uint64(number)), nil)
		return "screen.jpg", "chat_screenshot", out.Bytes(), err
	}
}

// newScreenshot draws bubbles with lines that stand for text.
func newScreenshot(seed uint64) image.Image {
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // only has to be different each time
	canvas := image.NewRGBA(image.Rect(0, 0, 1080, 2400))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.RGBA{237, 237, 237, 255}), image.Point{}, draw.Src)
	for y := 100; y < 2_200; y += 60 + random.IntN(60) {
		x, width := 60+random.IntN(300), 200+random.IntN(500)
		draw.Draw(canvas, image.Rect(x, y, x+width, y+50), image.NewUniform(color.RGBA{149, 236, 105, 255}), image.Point{}, draw.Src)
		for letter := x + 10; letter < x+width-10; letter += 6 + random.IntN(10) {
			draw.Draw(canvas, image.Rect(letter, y+10, letter+4, y+20+random.IntN(20)), image.Black, image.Point{}, draw.Src)
		}
	}
	return canvas
}

func (d *apiClient) uploadFile(ctx context.Context, id, kind, name string, data []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = file.Write(data)
	}
	if err == nil {
		err = form.WriteField("kind", kind)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return fmt.Errorf("write the form: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.base+"/cases/"+id+"/evidence", &body)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Idempotency-Key", fmt.Sprintf("bench-%d", d.next.Add(1)))
	return d.sendRequest(request, &struct{}{})
}
