package stills

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"time"

	"recourse/evidence/originals/sandbox"
)

// Tools are the paths of the programs; "" for one that is not installed.
type Tools struct{ FFmpeg, FFprobe string }

// FindTools looks for the programs.
func FindTools() Tools {
	var t Tools
	t.FFmpeg, _ = exec.LookPath("ffmpeg")
	t.FFprobe, _ = exec.LookPath("ffprobe")
	return t
}

// Errors of Make.
var (
	// ErrNoTools means that ffmpeg or ffprobe is not installed.
	ErrNoTools = errors.New("stills: ffmpeg is not installed")
	// ErrUnreadable means that there is nothing to show: the file is damaged, or in a form
	// that is not decoded here.
	ErrUnreadable = errors.New("stills: the film cannot be read")
)

// formats are the names of the readers of ffmpeg, by media type.
var formats = map[string]string{
	"video/mp4": "mov", "video/quicktime": "mov", "video/x-m4v": "mov", "video/3gpp": "mov", "audio/mp4": "mov", "audio/x-m4a": "mov",
	"audio/amr": "amr", "audio/mpeg": "mp3",
}

// decoders are those that phones need.
const decoders = "h264,hevc,mpeg4,h263,mjpeg,prores,vp9,libdav1d,av1,aac,amrnb,amrwb,mp3float,mp3,alac,ac3,eac3,opus,pcm_s16le,pcm_s16be"

// IsFilm reports whether a media type is that of a film or a sound.
func IsFilm(media string) bool { return formats[media] != "" }

// Limits of a film.
const (
	maxStills  = 12
	minLength  = 500 * time.Millisecond // of the part of a film that has a still
	maxLength  = 24 * time.Hour
	stillSide  = 800 // pixels of the longer side
	maxPicture = 8 << 20
)

// Sheet is a picture of a film or a sound.
type Sheet struct {
	JPEG          []byte `json:"-"`
	Width, Height int
	Stills        int // 0 for a sound
	Length        time.Duration
}

// Make makes the sheet of a film or a sound. Errors: ErrNoTools, ErrUnreadable, those of ctx.
func Make(ctx context.Context, tools Tools, file io.ReaderAt, size int64, media string) (Sheet, error) {
	if tools.FFmpeg == "" || tools.FFprobe == "" {
		return Sheet{}, ErrNoTools
	}
	input, closeInput, err := sandbox.OpenFile(file, size)
	if err != nil {
		return Sheet{}, fmt.Errorf("stills: %w", err)
	}
	defer closeInput()
	r := &runner{tools: tools, input: input, format: formats[media]}
	found, err := r.probe(ctx)
	if err != nil {
		return Sheet{}, err
	}
	if !found.hasPicture {
		return r.wave(ctx, found.length)
	}
	return r.stills(ctx, found.length)
}

// probed is what ffprobe says about a file.
type probed struct {
	length     time.Duration
	hasPicture bool
}

func (r *runner) probe(ctx context.Context) (probed, error) {
	out, err := r.run(ctx, r.tools.FFprobe, "-v", "error", "-protocol_whitelist", "file", "-f", r.format,
		"-show_entries", "format=duration:stream=codec_type:stream_disposition=attached_pic", "-of", "json", inputPath)
	if err != nil {
		return probed{}, err
	}
	var report struct {
		Streams []struct {
			Kind        string `json:"codec_type"`
			Disposition struct {
				Cover int `json:"attached_pic"`
			}
		}
		Format struct{ Duration string }
	}
	if err := json.Unmarshal(out, &report); err != nil || len(report.Streams) == 0 {
		return probed{}, ErrUnreadable
	}
	var found probed
	if seconds, err := strconv.ParseFloat(report.Format.Duration, 64); err == nil && seconds > 0 && seconds < maxLength.Seconds() {
		found.length = time.Duration(seconds * float64(time.Second))
	}
	for _, stream := range report.Streams {
		found.hasPicture = found.hasPicture || stream.Kind == "video" && stream.Disposition.Cover == 0
	}
	return found, nil
}

// stills takes pictures at equal distances. A part that cannot be decoded is left out.
func (r *runner) stills(ctx context.Context, length time.Duration) (Sheet, error) {
	count := int(min(maxStills, max(1, length/minLength)))
	var taken []still
	for i := range count {
		at := length * time.Duration(2*i+1) / time.Duration(2*count)
		picture, err := r.picture(ctx, at)
		if ctx.Err() != nil {
			return Sheet{}, ctx.Err()
		}
		if err == nil {
			taken = append(taken, still{at, picture})
		}
		if r.used > maxProcessor {
			break
		}
	}
	if len(taken) == 0 {
		return Sheet{}, ErrUnreadable
	}
	return drawStills(taken, length)
}

func (r *runner) wave(ctx context.Context, length time.Duration) (Sheet, error) {
	out, err := r.run(ctx, r.tools.FFmpeg, r.arguments("-t", "7200", "-i", inputPath, "-filter_complex", "[0:a:0]aformat=channel_layouts=mono,showwavespic=s=1600x400:colors=black",
		"-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1")...)
	if err != nil {
		return Sheet{}, err
	}
	picture, err := decodePicture(out)
	if err != nil {
		return Sheet{}, err
	}
	return drawWave(picture, length)
}
